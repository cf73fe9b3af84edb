/** When there is room for a training. */

import { useState } from 'preact/hooks';
import { path, useDesk, useLive } from '../context';
import { fields, instant, list, number, text } from '../door';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { SaveButton, Table } from '../parts/table';
import { several } from '../words/numbers';
import { day, HOUR, length, time } from '../words/time';
import { Early, type TooEarly, tooEarly } from './early';

const HOURS = [1, 2, 4, 8];
const HEAD = ['When', 'Free beside it', 'Usually free', 'Seats', 'Weeks with room', 'Confidence'];

interface Quiet {
  readonly kind: 'ready';
  readonly mostSeats: number;
  readonly items: readonly { readonly from: number; readonly to: number; readonly cells: readonly (string | number)[] }[];
}

export function quiet(value: unknown): Quiet | TooEarly {
  const from = fields(value);
  if (from['items'] === undefined) return tooEarly(from);
  const items = list(from['items'], (value) => {
    const one = fields(value);
    const cells = [number(one, 'headroom'), number(one, 'usual_headroom'), number(one, 'limit'), `${number(one, 'weeks_with_room')} of ${number(one, 'weeks_known')}`, text(one, 'confidence')];
    return { from: instant(one, 'from'), to: instant(one, 'to'), cells };
  });
  return { kind: 'ready', mostSeats: number(from, 'most_seats'), items };
}

export function QuietWindows() {
  const { api, id } = useDesk();
  const { zone } = useLive();
  const [seats, setSeats] = useState(10);
  const [hours, setHours] = useState(1);
  const [asked] = useAsked(() => api.get(path(id, `/advice/quiet-windows?seats=${seats}&duration_s=${hours * 3600}`), quiet), [id, seats, hours], HOUR);
  const rows = ({ items }: Quiet) => items.map(({ from, to, cells }) => [`${day(from, zone)} ${time(from, zone)}–${time(to, zone)}`, ...cells]);
  return (
    <Panel
      title="Quiet windows"
      asked={asked}
      tools={
        <span class="inline">
          <label>Training of <input type="number" min="1" max="1000000" value={seats} onChange={(event) => setSeats(Math.min(Math.max(Math.round(event.currentTarget.valueAsNumber) || 1, 1), 1_000_000))} /> seats</label>
          <label>for <select value={String(hours)} onChange={(event) => setHours(Number(event.currentTarget.value))}>{HOURS.map((one) => <option key={one} value={one}>{length(one * HOUR)}</option>)}</select></label>
        </span>
      }
    >
      {(found) =>
        found.kind === 'too early' ? (
          <Early of={found} />
        ) : found.items.length === 0 ? (
          <p>○ No time of the coming two weeks usually has room for {several(seats, 'seat')}. There was always room for {found.mostSeats}.</p>
        ) : (
          <>
            <Table name="Quiet windows" head={HEAD} rows={rows(found)} />
            <SaveButton name="Quiet windows" head={HEAD} rows={() => rows(found)} />
          </>
        )
      }
    </Panel>
  );
}
