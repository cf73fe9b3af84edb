// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import { defineSeatElement, SeatElement } from '../src/element';
import type { SeatState } from '../src/state';
import { Desk } from './desk';

let desk: Desk;

beforeEach(() => {
  document.body.replaceChildren();
  desk = new Desk();
  defineSeatElement((options) => {
    given = options;
    return desk.client;
  });
});

let given: unknown;

function put(attributes: Readonly<Record<string, string>> = {}): { element: SeatElement; part: (name: string) => HTMLElement } {
  const element = document.createElement('mirabridge-seat') as SeatElement;
  for (const [name, value] of Object.entries({ url: 'ws://seats.example/v1/seat', org: 'acme', ...attributes })) {
    element.setAttribute(name, value);
  }
  document.body.append(element);
  return { element, part: (name) => element.shadowRoot?.querySelector(`[part~=${name}]`) as HTMLElement };
}

test('attributes become options', () => {
  put({ key: 'wk_AAAA', manual: '', wait: '', agent: '2' });
  expect(given).toEqual({ url: 'ws://seats.example/v1/seat', org: 'acme', key: 'wk_AAAA', auto: false, wait: true, agent: '2' });
});

test('a state is a status, a refusal an alert, and the host hears of both', () => {
  const { element, part } = put();
  const heard: SeatState['kind'][] = [];
  element.addEventListener('mirabridge-seat', (event) => heard.push((event as CustomEvent<SeatState>).detail.kind));
  desk.seat();
  expect(part('status').textContent).toContain('Active');
  expect(part('alert').textContent).toBe('');

  desk.close(4550);

  expect(part('alert').textContent).toContain('No seat is free');
  expect(part('status').textContent).toBe('');
  expect(heard).toEqual(['active', 'refused']);
});

test('buttons do what they say, and one that goes leaves the focus in the card', () => {
  const { element, part } = put();
  desk.seat();
  const out = element.shadowRoot?.querySelector<HTMLButtonElement>('#logout');
  out?.focus();
  out?.click();
  expect(desk.last).toEqual({ type: 'logout' });
  expect(element.shadowRoot?.activeElement).toBe(part('card'));
});

test('an answer that changes nothing is not read out again', () => {
  const { element, part } = put();
  desk.seat();
  const before = part('status').firstChild;
  element.refresh();
  expect(part('status').firstChild).toBe(before);
});

test('a hand-off code is typed in and sent', () => {
  const { element } = put();
  desk.open().close(4550);
  const root = element.shadowRoot as ShadowRoot;
  root.querySelector<HTMLButtonElement>('#code')?.click();
  const input = root.querySelector('input') as HTMLInputElement;
  expect((root.querySelector('form') as HTMLFormElement).hidden).toBe(false);
  input.value = ' k7q2-m9xd ';
  root.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  expect(desk.open().last).toMatchObject({ type: 'login', handoff: 'K7Q2-M9XD' });
});

test('what was copied is said, and stays so while a countdown runs', async () => {
  vi.useFakeTimers();
  const { element, part } = put();
  desk.open().say({ type: 'refused', code: 'seats_exhausted', message: '', retryable: true, retry_after_s: 23 }).close(4550);
  // No clipboard here: the text is there to be copied by hand.
  vi.stubGlobal('navigator', { language: 'en' });
  element.shadowRoot?.querySelector<HTMLButtonElement>('#note')?.click();
  vi.advanceTimersByTime(3_000);
  expect(part('said').textContent).toMatch(/I got no MiraBridge seat/);
  expect(part('said').role).toBe('status');
  desk.client.login();
  expect(part('said').textContent).toBe('');
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('texts follow the language and may be replaced', () => {
  const { element, part } = put({ lang: 'de' });
  desk.seat();
  expect(part('status').textContent).toContain('Aktiv');
  element.texts = { active: ['Bereit', ''] };
  element.refresh();
  expect(part('status').textContent).toContain('Bereit');
});

test('an element that leaves the page keeps the seat for the grace', () => {
  const dispose = vi.spyOn(desk.client, 'dispose');
  const { element } = put();
  desk.seat();
  element.remove();
  expect(dispose).toHaveBeenCalledOnce();
  expect(desk.sent.map(({ type }) => type)).toEqual(['login']);
});
