import { expect, test } from 'vitest';
import type { SeatState } from '../src/state';
import { fill, type Texts, textsFor } from '../src/texts';
import { isTicking, noteFor, viewOf } from '../src/view';
import { STATES } from './states';

const NOW = Date.UTC(2026, 0, 5, 8);
const en = textsFor('en-GB');
const de = textsFor('de-AT');

test('every state has words in both languages, and something to do where it will not go on alone', () => {
  for (const [name, state] of Object.entries(STATES(NOW))) {
    for (const texts of [en, de]) {
      const view = viewOf(state, texts, NOW);
      expect(view.title, name).not.toBe('');
      expect(`${view.title} ${view.text} ${view.ticking}`, name).not.toMatch(/[{}]|undefined|NaN/);
      const goesOn = view.tone === 'busy' || view.ticking !== '';
      expect(view.actions.length > 0 || goesOn, name).toBe(true);
    }
  }
});

test('whatever is off, first comes what still works', () => {
  for (const [name, state] of Object.entries(STATES(NOW))) {
    const { tone, text } = viewOf(state, en, NOW);
    if (tone === 'off') expect(text, name).toMatch(/Genesys Cloud works as usual: you can take calls\./);
  }
});

test('a refusal for seats is said in these words', () => {
  const view = viewOf(STATES(NOW)['refused'] as SeatState, en, NOW);
  expect(view.text).toBe(
    'All MiraBridge seats of your organization are in use. Genesys Cloud works as usual: you can take calls. ' +
      'The CRM widget will stay off until a seat is free.',
  );
  expect(view.actions.map((action) => en[({ wait: 'doWait', retry: 'doRetry', note: 'doNote', code: 'doCode' } as const)[action as 'wait']])).toEqual([
    'Wait for a seat',
    'Try again',
    'Copy a note for my supervisor',
    'Use a hand-off code',
  ]);
});

test('in maintenance the line promises no time, and else it does', () => {
  expect(viewOf(STATES(NOW)['waiting'] as SeatState, en, NOW).text).toMatch(/About 9 min\.$/);
  const held = viewOf(STATES(NOW)['waiting in maintenance'] as SeatState, en, NOW).text;
  expect(held).toMatch(/number 3 in line\. Maintenance is under way: the line moves on when it is over\.$/);
});

test('whoever could not wait is told so and not offered it again', () => {
  const view = viewOf(STATES(NOW)['no place in line'] as SeatState, en, NOW);
  expect(view.text).toMatch(/There is no place in the waiting line\.$/);
  expect(view.actions).toEqual(['retry', 'note', 'code']);
});

test('a lost line shows nothing for two seconds, then the promise, then that it goes on', () => {
  const state: SeatState = { kind: 'reconnecting', since: NOW, keptUntil: NOW + 52_500, offline: false };
  expect(viewOf(state, en, NOW + 1_999).title).toBe('Active');
  const shown = viewOf(state, en, NOW + 2_000);
  expect([shown.title, shown.text, shown.ticking]).toEqual([
    'Connecting again',
    'The CRM widget stays usable.',
    'Your seat is kept for at least 50 s.',
  ]);
  expect(viewOf(state, en, NOW + 600_000).ticking).toBe('Still trying.');
  expect(isTicking(state)).toBe(true);
});

test('a maintenance that is announced has no countdown', () => {
  const view = viewOf(STATES(NOW)['maintenance announced'] as SeatState, en, NOW);
  expect(view.text).toMatch(/^You stay logged in\./);
  expect(view.ticking).toBe('');
});

test('a note for the supervisor has the time and the numbers and nobody', () => {
  const note = noteFor(STATES(NOW)['refused'] as SeatState, en, '09:15');
  expect(note).toBe(
    'At 09:15 I got no MiraBridge seat: all 50 seats of our organization were in use. ' +
      'I go on taking calls in Genesys Cloud, without the CRM widget.',
  );
  expect(noteFor(STATES(NOW)['no allocation'] as SeatState, en, '09:15')).toMatch(/no seat was free/);
});

test('both catalogues have the same names and the same blanks', () => {
  const blanks = (texts: Texts): unknown =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, [...String(text).matchAll(/\{\w+\}/g)].map(String).sort()]));
  expect(blanks(de)).toEqual(blanks(en));
  expect(fill('{n} of {m}', { n: 1 })).toBe('1 of {m}');
});
