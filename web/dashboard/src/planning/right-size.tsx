/** How many seats are right, with the formula and its numbers. */

import { path, useDesk } from '../context';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { Table } from '../parts/table';
import { share, several } from '../words/numbers';
import { HOUR } from '../words/time';
import { advice, askedBuffer, type Ready, VERDICTS } from './advice';
import { Early } from './early';
import { Trend } from './trend';

/** The slider goes so far, in percent. */
const MOST_BUFFER = 50;

export function RightSize() {
  const { api, id, place } = useDesk();
  const buffer = askedBuffer(place.query);
  const [asked] = useAsked(() => api.get(path(id, `/advice/right-size${buffer === null ? '' : `?buffer=${buffer}`}`), advice), [id], HOUR, [buffer]);
  return (
    <Panel title="The right number of seats" asked={asked}>
      {(found) =>
        found.kind === 'too early' ? (
          <Early of={found} />
        ) : (
          <Advice of={found} buffer={buffer} />
        )
      }
    </Panel>
  );
}

function Advice({ of, buffer }: { readonly of: Ready; readonly buffer: number | null }) {
  const { place, go } = useDesk();
  const [icon, word, meaning] = VERDICTS[of.verdict];
  const set = (value: string): void => go({ query: { ...place.query, buffer: value } }, true);
  return (
    <>
      <p class="verdict"><span aria-hidden="true">{icon}</span> <strong>{word}</strong><span class="why">: {meaning}. The held peak is {of.peak} of {several(of.seats, 'seat')} ({share(of.peak, of.seats)}).</span></p>
      <Table name="Recommended seats" head={['For', 'Seats', 'How it comes about']} rows={of.recommended.map((one) => [`${one.months} months`, of.daysAtCap > 0 ? `at least ${one.seats}` : one.seats, one.formula])} />
      <form class="inline" onSubmit={(event) => event.preventDefault()}>
        <label>
          Buffer{' '}
          <input type="range" min="0" max={MOST_BUFFER} step="1" value={String(Math.round(of.buffer.used * 100))} onChange={(event) => set(event.currentTarget.value)} />{' '}
          <output>{share(of.buffer.used, 1)}</output>
        </label>
        <button type="button" disabled={buffer === null} onClick={() => set('')}>As measured{of.buffer.measured === null ? '' : ` (${share(of.buffer.measured, 1)})`}</button>
      </form>
      <p class="muted">
        Confidence: {of.confidence}, from {several(of.daysKnown, 'day')}. Growth: {share(of.growth.used, 1)} a month{of.growth.measured === null ? ', too little is known to measure it' : ''}.{' '}
        {of.daysAtCap > 0 ? `On ${several(of.daysAtCap, 'day')} logins were refused: the demand may have been higher than what is known. ` : ''}
        {of.mayCut ? '' : 'Less than a year is known: a season may be missing, so fewer seats are not advised yet.'}
      </p>
      <Trend of={of} />
    </>
  );
}
