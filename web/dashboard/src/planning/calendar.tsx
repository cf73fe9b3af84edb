/** Increases by the days of a month. */

import { mayManage, useDesk, useLive } from '../context';
import type { Increase } from '../plans';
import { WEEKDAYS } from '../usage/week';
import { day as dayName, full, time } from '../words/time';
import { beside, type Day, name, read, weeks, write } from './month';
import { WORDS } from './state';

/** More of a day than these are only counted. */
const MOST = 3;

interface Props {
  readonly increases: readonly Increase[];
  /** Plans one from that midnight on. */
  readonly plan: (from: number) => void;
}

export function Calendar({ increases, plan }: Props) {
  const { me, place, go, world } = useDesk();
  const { zone } = useLive();
  const now = world.now().wall;
  const month = read(place.query['month'], now, zone);
  const set = (text: string): void => go({ query: { ...place.query, month: text } }, true);
  return (
    <>
      <div class="toolbar">
        <h3 id="month" aria-live="polite">{name(month)}</h3>
        <div role="group" aria-label="Month" class="choices">
          <button aria-label={`Back to ${name(beside(month, -1))}`} onClick={() => set(write(beside(month, -1)))}>‹</button>
          <button onClick={() => set('')}>This month</button>
          <button aria-label={`On to ${name(beside(month, 1))}`} onClick={() => set(write(beside(month, 1)))}>›</button>
        </div>
      </div>
      <table class="calendar" aria-labelledby="month">
        <thead><tr>{WEEKDAYS.map((one) => <th key={one} scope="col" aria-label={one}>{one.slice(0, 3)}</th>)}</tr></thead>
        <tbody>
          {weeks(month, increases, zone).map((week) => (
            <tr key={week[0]?.from}>
              {week.map((one) => <Cell key={one.from} of={one} now={now} plan={mayManage(me) ? plan : null} zone={zone} />)}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">In bold: the most seats on top at one time of the day, without those that are only requested. Increases that ended stay here for two months.</p>
    </>
  );
}

interface CellProps {
  readonly of: Day;
  readonly now: number;
  readonly plan: ((from: number) => void) | null;
  readonly zone: string;
}

function Cell({ of, now, plan, zone }: CellProps) {
  const isToday = of.from <= now && now < of.to;
  // What held on a day that is over is told by the history.
  const isOver = of.to <= now;
  const shown = of.increases.slice(0, MOST);
  return (
    <td class={`${of.isOfMonth ? '' : 'other'} ${isToday ? 'today' : ''}`} aria-current={isToday ? 'date' : undefined}>
      {plan === null || isOver ? <span class="date">{of.date}</span> : <button class="date" aria-label={`Plan from ${dayName(of.from, zone)} on`} title="Plan an increase from here on" onClick={() => plan(of.from)}>{of.date}</button>}
      {of.more > 0 && !isOver ? <strong> +{of.more}</strong> : null}
      <ul class="plain">
        {shown.map((one) => (
          <li key={one.id} class={one.state} title={`${WORDS[one.state] ?? one.state}: ${one.seats} more seats, ${full(one.from, zone)} to ${full(one.until, zone)}. ${one.reason ?? ''}`}>
            {(WORDS[one.state] ?? '').slice(0, 1)} +{one.seats} <span class="why">{one.reason}{hours(one, of, zone)}</span>
          </li>
        ))}
        {of.increases.length > MOST ? <li>{of.increases.length - MOST} more</li> : null}
      </ul>
    </td>
  );
}

/** Where it does not last the whole day, from when to when. */
function hours(one: Increase, { from, to }: Day, zone: string): string {
  if (one.from <= from && one.until >= to) return '';
  return ` ${one.from > from ? time(one.from, zone) : ''}–${one.until < to ? time(one.until, zone) : ''}`;
}
