/** Who holds a seat: by state and age, and their endings. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { mayManage, path, useDesk, useLive } from '../context';
import { paged } from '../door';
import { EndDialog, type Meant } from '../listing/end-dialog';
import { Rows } from '../listing/rows';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { Throttle } from '../parts/throttle';
import { filter, inPlace, matches, type Session, session, WANTED } from '../sessions';
import { several } from '../words/numbers';

/** A list that is longer is shown so far. */
const MOST = 20_000;
/** From a change of the feed to the next question for the list: soon if it is short. */
const SOON_MS = 1_500;
const LATER_MS = 10_000;
const SHORT = 1_000;
/** Ages and graces move without a change. */
const ANYWAY_MS = 30_000;

const NONE: readonly Session[] = [];

const STATE_NAMES = { connected: 'Connected', unresponsive: 'Unresponsive', in_grace: 'In grace', on_call: 'On call' } as const;

export function SessionsPage() {
  const { api, id, me, place, go, world } = useDesk();
  const { organization } = useLive();
  const [asked, again] = useAsked(() => api.all(path(id, '/sessions'), paged(session), MOST), [id], ANYWAY_MS);
  const all: readonly Session[] = asked.kind === 'here' ? asked.value.items : NONE;
  const toldAt = useMemo(() => world.now().wall, [all]);
  const wanted = filter(place.query);
  const shown = useMemo(() => all.filter((one) => matches(wanted, one)), [all, wanted.state, wanted.hours]);
  const [isHeld, setHeld] = useState(false);
  const stood = useRef<{ readonly of: string; readonly sessions: readonly Session[] }>({ of: '', sessions: NONE });
  const laid = useMemo(() => {
    const of = `${wanted.state} ${wanted.hours}`;
    const before = isHeld && stood.current.of === of && stood.current.sessions.length < 2 * shown.length + SHORT ? stood.current.sessions : shown;
    const found = inPlace(before, shown, all);
    stood.current = { of, sessions: found.sessions };
    return found;
  }, [shown, isHeld]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [meant, setMeant] = useState<Meant | null>(null);
  const [said, setSaid] = useState('');

  // The numbers that the feed tells say when the list has changed.
  const beats = organization === null ? '' : [organization.connected, organization.inGrace, organization.unresponsive, organization.onCall, organization.peakToday.at].join();
  const throttle = useMemo(() => new Throttle(world.wait, again), []);
  useEffect(() => () => throttle.stop(), []);
  useEffect(() => {
    if (asked.kind !== 'loading') throttle.done();
  }, [asked]);
  const before = useRef(beats);
  useEffect(() => {
    if (before.current !== beats) throttle.changed(all.length <= SHORT ? SOON_MS : LATER_MS);
    before.current = beats;
  }, [beats]);
  const chosen = shown.filter((one) => selected.has(one.id));
  const set = (query: Readonly<Record<string, string>>): void => go({ query: { ...place.query, ...query } }, true);
  const toggle = (one: Session): void => {
    const after = new Set(selected);
    if (!after.delete(one.id)) after.add(one.id);
    setSelected(after);
  };
  const isFiltered = wanted.state !== null || wanted.hours > 0;
  return (
    <Panel
      title="Sessions"
      asked={asked}
      class="sessions"
      tools={
        <form class="filters" onSubmit={(event) => event.preventDefault()}>
          <label>
            State{' '}
            <select value={wanted.state ?? ''} onChange={(event) => set({ state: event.currentTarget.value })}>
              <option value="">All</option>
              {WANTED.map((state) => <option key={state} value={state}>{STATE_NAMES[state]}</option>)}
            </select>
          </label>
          <label>
            At least{' '}
            <input type="number" min="0" step="any" inputMode="decimal" size={4} value={wanted.hours === 0 ? '' : String(wanted.hours)} placeholder="0" onChange={(event) => set({ hours: event.currentTarget.value })} />{' '}
            hours old
          </label>
          <button type="button" onClick={again}>Refresh</button>
        </form>
      }
      empty={(page) =>
        page.items.length > 0 ? null : (
          <p>○ Nobody is logged in. A session is here as soon as an agent’s widget has a seat; <a href="/demo">the demonstration</a> has some to try.</p>
        )
      }
    >
      {(page) => (
        <>
          <p class="sum" role="status">
            {isFiltered ? `${several(shown.length, 'session')} of ${several(all.length, 'session')}` : several(all.length, 'session')}
            {page.next === null ? '' : `; this list ends at ${MOST}`}
            {chosen.length > 0 ? `, ${chosen.length} selected` : ''}
          </p>
          {mayManage(me) ? (
            <div class="actions">
              <button disabled={chosen.length === 0} onClick={() => setMeant({ kind: 'some', sessions: chosen })}>End the selected…</button>
              <button disabled={shown.length === 0 || page.next !== null} onClick={() => setMeant({ kind: 'filter', filter: wanted, count: shown.length })}>
                {isFiltered ? 'End all that match…' : 'End all…'}
              </button>
              <button disabled={chosen.length === 0} onClick={() => setSelected(new Set())}>Select none</button>
            </div>
          ) : null}
          <Rows
            laid={laid}
            hold={setHeld}
            toldAt={toldAt}
            selected={selected}
            toggle={mayManage(me) ? toggle : null}
            end={mayManage(me) ? (one) => setMeant({ kind: 'some', sessions: [one] }) : null}
          />
          <p class="unseen" role="status" aria-live="polite">{said}</p>
          {meant === null ? null : (
            <EndDialog
              meant={meant}
              close={() => setMeant(null)}
              done={(text) => {
                setMeant(null);
                setSaid(text);
                setSelected(new Set());
                again();
              }}
            />
          )}
        </>
      )}
    </Panel>
  );
}
