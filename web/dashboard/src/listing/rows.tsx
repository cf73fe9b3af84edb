/** A long list, of which only what can be seen is drawn. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { useLive, useNow } from '../context';
import { graceLeftMs, seen, type Session, type State } from '../sessions';
import { length, near } from '../words/time';

/** As in the style sheet, in pixels. */
const ROW = 40;

const STATES: Readonly<Record<State, readonly [string, string, string]>> = {
  connected: ['good', '●', 'Connected'],
  unresponsive: ['amber', '⚠', 'Unresponsive'],
  in_grace: ['quiet', '◔', 'In grace'],
};

interface Props {
  readonly sessions: readonly Session[];
  /** When they were told, by the wall clock. */
  readonly toldAt: number;
  readonly selected: ReadonlySet<string>;
  /** `null`: this token may only look. */
  readonly toggle: ((one: Session) => void) | null;
  readonly end: ((one: Session) => void) | null;
}

export function Rows({ sessions, toldAt, selected, toggle, end }: Props) {
  const { zone } = useLive();
  const now = useNow();
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const look = (): void => {
    const element = place.current;
    if (element) setView({ top: element.scrollTop, height: element.clientHeight });
  };
  useEffect(look, [sessions.length]);
  const { first, end: last } = seen(view.top, view.height, ROW, sessions.length);
  return (
    <div class="rows" ref={place} onScroll={look} tabIndex={0} role="group" aria-label="List of sessions">
      <table aria-rowcount={sessions.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {toggle ? <th scope="col"><span class="unseen">Selected</span></th> : null}
            <th scope="col">Session</th>
            <th scope="col">State</th>
            <th scope="col" title="Rounded down to five minutes">Since</th>
            <th scope="col" class="number">Age</th>
            <th scope="col">On call</th>
            <th scope="col" class="number">Resumes</th>
            {end ? <th scope="col"><span class="unseen">End</span></th> : null}
          </tr>
        </thead>
        <tbody>
          {first > 0 ? <tr class="space" aria-hidden="true"><td style={{ height: `${first * ROW}px` }} /></tr> : null}
          {sessions.slice(first, last).map((one, offset) => {
            const [tone, icon, word] = STATES[one.state];
            return (
              <tr key={one.id} aria-rowindex={first + offset + 2} class={selected.has(one.id) ? 'selected' : ''}>
                {toggle ? <td><input type="checkbox" aria-label={`Select ${one.shortId}`} checked={selected.has(one.id)} onChange={() => toggle(one)} /></td> : null}
                <td><code>{one.shortId}</code></td>
                <td class={tone}>{icon} {word}{graceWords(graceLeftMs(one, toldAt, now))}</td>
                <td>{near(one.since, now, zone)}</td>
                <td class="number">{one.ageS === 0 ? '< 5 min' : length(one.ageS * 1000)}</td>
                <td>{one.onCall ? '☎ on call' : '–'}</td>
                <td class="number">{one.resumes}</td>
                {end ? <td><button aria-label={`End ${one.shortId}`} onClick={() => end(one)}>End…</button></td> : null}
              </tr>
            );
          })}
          {last < sessions.length ? <tr class="space" aria-hidden="true"><td style={{ height: `${(sessions.length - last) * ROW}px` }} /></tr> : null}
        </tbody>
      </table>
    </div>
  );
}

const graceWords = (left: number | null): string => (left === null ? '' : left === 0 ? ', ends now' : `, ${length(left)} left`);
