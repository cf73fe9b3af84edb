/** The peaks of the weeks, the line through them and where those to come may lie, as the server tells them. */

import { useMemo } from 'preact/hooks';
import { useLive } from '../context';
import { Chart } from '../parts/chart';
import { AsTable } from '../parts/table';
import type { Columns } from '../usage/columns';
import { count } from '../words/numbers';
import { date, DAY } from '../words/time';
import type { Month, Ready } from './advice';

/** A week of the record is seven known days: so long unless days are missing. */
const WEEK = 7 * DAY;

const told = (one: Month): string => `${count(one.middle)} in ${one.months} months (${count(one.low)} to ${count(one.high)})`;

/** Peaks, line, upper and lower edge, seats: each week from its begin on, then each month. */
export function trendColumns({ weeklyPeaks, weekEnds, forecast, seats }: Ready): Columns {
  const months = forecast.length > 0 ? forecast : weekEnds.slice(-1).map((at) => ({ at, low: null, middle: null, high: null }));
  const nothing = weekEnds.map(() => null);
  const of = (edge: 'low' | 'middle' | 'high') => [...nothing, ...months.map((one) => one[edge])];
  return {
    at: [...weekEnds.map((end) => (end - WEEK) / 1000), ...months.map(({ at }) => at / 1000)],
    of: [[...weeklyPeaks, ...months.map((_, place) => (place === 0 ? (weeklyPeaks.at(-1) ?? null) : null))], of('middle'), of('high'), of('low'), [...nothing, ...months].map(() => seats)],
  };
}

export function Trend({ of }: { readonly of: Ready }) {
  const { zone } = useLive();
  const columns = useMemo(() => trendColumns(of), [of]);
  const words = of.forecast.length === 0 ? 'A forecast starts after eight weeks.' : `Peaks by week, going on as before: ${of.forecast.filter(({ months }) => months === 6 || months === 12).map(told).join(', ')}.`;
  const at = (place: number): number => (columns.at.at(place) ?? 0) * 1000;
  return (
    <>
      <Chart
        columns={columns}
        lines={[
          { name: 'Peak of the week', colour: '--peak', kind: 'line' },
          { name: 'Going on as before', colour: '--mean', kind: 'line' },
          { name: 'High', colour: '--usual', kind: 'edge' },
          { name: 'Low', colour: '--usual', kind: 'edge' },
          { name: 'Seats', colour: '--limit', kind: 'dashed' },
        ]}
        {...(of.forecast.length > 0 ? { band: { high: 2, low: 3, name: 'Nine in ten weeks to come', colour: '--usual' } } : {})}
        from={at(0)}
        to={at(-1)}
        zone={zone}
        label={`Peaks by week, the highest ${Math.max(...of.weeklyPeaks, 0)}`}
      />
      <p>{words}</p>
      <AsTable
        name="Weekly peaks"
        head={['Until', 'Peak', 'Forecast', 'At least', 'At most']}
        rows={() => [...of.weeklyPeaks.map((peak, week) => [date(of.weekEnds[week] ?? 0, zone), peak, null, null, null]), ...of.forecast.slice(1).map((one) => [date(one.at, zone), null, one.middle, one.low, one.high])]}
      />
    </>
  );
}
