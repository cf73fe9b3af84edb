/** What would have been on other seats, in a waiting line, with staggered starts: an estimate by replay. */

import { useState } from 'preact/hooks';
import type { Answer } from '../api';
import { path, useDesk, useLive } from '../context';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { SaveButton, Table } from '../parts/table';
import { count, several } from '../words/numbers';
import { date, length } from '../words/time';
import { type Range, type Replayed, replayed } from './replayed';

const HEAD = ['Estimate', 'At least', 'Middle', 'At most'];
const STAGGERS = [0, 15, 30, 60];

export function WhatIf() {
  const { api, id } = useDesk();
  const { organization } = useLive();
  const [seats, setSeats] = useState<string | null>(null);
  const [line, setLine] = useState(false);
  const [stagger, setStagger] = useState(0);
  const [wish, setWish] = useState<object | null>(null);
  const value = seats ?? String(organization?.limit.base ?? '');
  const none: Answer<null> = { kind: 'ok', value: null, version: null };
  const [asked] = useAsked<Replayed | null>(async () => (wish === null ? none : api.ask('POST', path(id, '/advice/replay'), replayed, wish)), [id, wish]);
  return (
    <>
      <section class="panel" aria-labelledby="what-if">
        <header><h2 id="what-if">What if?</h2></header>
        <form class="inline" onSubmit={(event) => (event.preventDefault(), setWish({ seats: Number(value), waiting_line: line, stagger_minutes: stagger }))}>
          <label>Seats <input type="number" min="1" max="1000000" required value={value} onInput={(event) => setSeats(event.currentTarget.value)} /></label>
          <label><input type="checkbox" checked={line} onChange={(event) => setLine(event.currentTarget.checked)} /> Waiting line</label>
          <label>
            Starts{' '}
            <select value={String(stagger)} onChange={(event) => setStagger(Number(event.currentTarget.value))}>
              {STAGGERS.map((minutes) => <option key={minutes} value={minutes}>{minutes === 0 ? 'as they were' : `spread over ${minutes} min`}</option>)}
            </select>
          </label>
          <button class="main">Replay the last 28 days</button>
        </form>
      </section>
      <Panel title="What would have been" asked={asked} empty={(found) => (found === null ? <p>○ Ask above: the sessions on record are lived anew on other seats. Nothing is changed by it.</p> : null)}>
        {(found) => (found === null ? null : <Found of={found} />)}
      </Panel>
    </>
  );
}

function Found({ of }: { readonly of: Replayed }) {
  const { zone } = useLive();
  if (of.kind === 'too little') return <p>○ Too little is on record: {several(of.days, 'day')} of {of.daysNeeded} and {several(of.sessions, 'session')} of {of.sessionsNeeded}.</p>;
  const row = (name: string, range: Range | null, shown: (value: number) => string | number = (value) => value) => [name, ...(range ? [range.low, range.middle, range.high].map(shown) : [null, null, null])];
  const rows = [row('Refused', of.refused), row('Waited', of.waited), row('95 % waited at most', of.waitS, (s) => length(s * 1000)), row('Peak', of.peak)];
  return (
    <>
      <p>
        An <strong>estimate</strong>: {several(of.sessions, 'session')} since {date(of.from, zone)}, drawn anew {several(of.draws, 'time')}, on {several(of.seats, 'seat')}, {of.line > 0 ? 'with' : 'without'} a waiting line,{' '}
        {of.stagger > 0 ? `starts spread over ${of.stagger} min` : 'starts as they were'}. People may do otherwise.
        {of.refusedOnRecord > 0 ? ` ${count(of.refusedOnRecord)} were refused really: who goes in vain leaves few traces, so the ranges are wide.` : ''}
      </p>
      <Table name="What would have been" head={HEAD} rows={rows} />
      <SaveButton name="What would have been" head={HEAD} rows={() => rows} />
    </>
  );
}
