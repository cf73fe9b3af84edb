/** What people do that costs seats, where the record bears it. */

import { path, useDesk } from '../context';
import { type Fields, fields, list, maybe, number, text } from '../door';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { AsTable } from '../parts/table';
import { Early, type TooEarly, tooEarly } from '../planning/early';
import { count, decimal, share } from '../words/numbers';
import { HOUR } from '../words/time';

interface Habits {
  readonly kind: 'ready';
  readonly message: string;
  readonly advice: readonly (readonly [words: string, number: string])[];
  /** Name, number, threshold, how often, among how many. */
  readonly lookedAt: readonly (readonly string[])[];
}

export function habits(value: unknown): Habits | TooEarly {
  const from = fields(value);
  if (from['items'] === undefined) return tooEarly(from);
  const advice = list(from['items'], (value) => {
    const [, measured, threshold, events, of] = row(value);
    return [text(fields(value), 'advice'), `${measured}, told from ${threshold} on; ${events} of ${of}.`] as const;
  });
  return { kind: 'ready', message: text(from, 'message'), advice, lookedAt: list(from['looked_at'], row) };
}

function row(value: unknown): readonly string[] {
  const from = fields(value);
  const unit = text(from, 'unit');
  const shown = (from: Fields, name: string): string => {
    const value = number(from, name);
    return unit === 'share' ? share(value, 1) : decimal(value) + (unit === 'number' ? '' : ' by 100 session hours');
  };
  const of = `${count(number(from, 'of'))} ${unit === 'share' ? 'sessions' : unit === 'number' ? 'plans' : 'session hours'}`;
  return [text(from, 'habit').replaceAll('_', ' '), maybe(from, 'measured', shown) ?? 'too little known', shown(from, 'threshold'), count(number(from, 'events')), of];
}

export function HabitsPanel() {
  const { api, id } = useDesk();
  const [asked] = useAsked(() => api.get(path(id, '/advice/habits'), habits), [id], HOUR);
  return (
    <Panel title="Advice on habits" asked={asked}>
      {(found) =>
        found.kind === 'too early' ? (
          <Early of={found} />
        ) : (
          <>
            {found.advice.length === 0 ? <p>○ Nothing to advise: {found.message}.</p> : null}
            {found.advice.map(([words, number]) => <p key={words}>⚠ {words} <span class="muted">{number}</span></p>)}
            <AsTable name="Habits" head={['Habit', 'Measured', 'Told from', 'Seen', 'Among']} rows={() => found.lookedAt} />
          </>
        )
      }
    </Panel>
  );
}
