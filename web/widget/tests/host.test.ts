import { expect, test } from 'vitest';
import { readAddress, withTicket } from '../frame/address';
import { followGenesys } from '../src/genesys';
import { obey, readHostMessage, stateForHost } from '../src/host';
import { Desk } from './desk';

test('the host may log out, log in, focus and tell of a call', () => {
  const desk = new Desk().seat();
  for (const message of [{ type: 'mirabridge.on_call', on_call: true }, { type: 'mirabridge.focus' }, { type: 'mirabridge.logout' }]) {
    const read = readHostMessage(message);
    if (read) obey(desk.client, read);
  }
  expect(desk.sent.map(({ type }) => type)).toEqual(['login', 'status', 'logout']);
  desk.close(1000);
  obey(desk.client, { type: 'mirabridge.login' });
  expect(desk.tries.length).toBe(2);
});

test('anything else that a page says is nothing', () => {
  for (const value of [null, 'mirabridge.logout', {}, { type: 'logout' }, { type: 'mirabridge.on_call' }, [], 7]) {
    expect(readHostMessage(value)).toBeNull();
  }
});

test('the host learns that its widget stays usable while the line is lost', () => {
  expect(stateForHost({ kind: 'reconnecting', since: 0, keptUntil: 0, offline: true })).toMatchObject({ usable: true });
  expect(stateForHost({ kind: 'idle' })).toEqual({ type: 'mirabridge.state', state: 'idle', usable: false });
});

test('the stop of the Genesys SDK is a logout, and the SDK hears when it is done', () => {
  const desk = new Desk().seat();
  const hooks: Record<string, () => void> = {};
  let stopped = 0;
  followGenesys(
    {
      addStopListener: (listener) => void (hooks['stop'] = listener),
      addFocusListener: (listener) => void (hooks['focus'] = listener),
      stopped: () => void stopped++,
    },
    desk.client,
  );
  desk.advance(3_000);
  hooks['focus']?.();
  expect(desk.last).toEqual({ type: 'probe' });
  hooks['stop']?.();
  expect([desk.last, stopped]).toEqual([{ type: 'logout' }, 0]);
  desk.say({ type: 'ended', reason: 'logout', message: '' }).close(1000);
  expect(stopped).toBe(1);
});

test('the address names the organization openly and the rest behind the fragment', () => {
  const address = readAddress('?org=acme', '#host=https://acme.example:8443/page&key=wk_A&lang=de&manual&x=1');
  expect(address).toEqual({
    org: 'acme',
    host: 'https://acme.example:8443',
    ticket: null,
    asksForToken: false,
    attributes: [['key', 'wk_A'], ['lang', 'de'], ['manual', '']],
  });
  for (const host of ['', 'null', 'acme', 'data:text/html,x']) expect(readAddress('', `#host=${host}`).host).toBeNull();
});

test('a ticket goes into the fragment of one window and out again', () => {
  const address = withTicket('#host=https%3A%2F%2Fa.example', 't-1');
  expect(readAddress('', address)).toMatchObject({ host: 'https://a.example', ticket: 't-1' });
  expect(withTicket(address, null)).toBe('#host=https%3A%2F%2Fa.example');
});
