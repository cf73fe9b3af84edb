/** The peak, the mean and the limit of each interval; refusals below. */

import { useMemo } from 'preact/hooks';
import { Chart } from '../parts/chart';
import { AsTable } from '../parts/table';
import { columns } from '../usage/columns';
import { figuresOf, highest, type Item } from '../usage/items';
import { full, within } from '../words/time';
import { count, decimal } from '../words/numbers';

interface Props {
  readonly items: readonly Item[];
  readonly from: number;
  readonly to: number;
  readonly zone: string;
  readonly isWhole: boolean;
}

const HEAD = ['From', 'To', 'Peak', 'Low', 'Mean', 'Limit', 'Logins', 'Logouts', 'Purges', 'Resumes', 'Ended by an administrator', 'Refusals', 'Waited', 'Not known'];

export function Series({ items, from, to, zone, isWhole }: Props) {
  const used = useMemo(() => columns(items, [(one) => one.peak, (one) => one.mean, (one) => one.limit]), [items]);
  const refused = useMemo(() => columns(items, [(one) => one.refusals]), [items]);
  const gaps = useMemo(() => items.filter((one) => one.kind === 'gap'), [items]);
  const top = highest(items);
  const hasRefusals = figuresOf(items).some((one) => one.refusals > 0);
  const words = top === null ? 'Nothing is known.' : `Seats in use. The peak is ${count(top.peak)} of ${count(top.limit)}, on ${within(top.from, top.to, zone)}.`;
  const rows = () =>
    items.map((one) =>
      one.kind === 'gap'
        ? [full(one.from, zone), full(one.to, zone), ...Array.from({ length: 11 }, () => null), one.why]
        : [full(one.from, zone), full(one.to, zone), one.peak, one.low, one.mean, one.limit, one.logins, one.logouts, one.purges, one.resumes, one.terminated, one.refusals, one.waited, null],
    );
  return (
    <>
      <Chart
        columns={used}
        lines={[
          { name: 'Peak', colour: '--peak', kind: 'area' },
          { name: 'Mean', colour: '--mean', kind: 'line' },
          { name: 'Limit', colour: '--limit', kind: 'dashed' },
        ]}
        gaps={gaps}
        from={from}
        to={to}
        zone={zone}
        label={words}
      />
      {hasRefusals ? <Chart columns={refused} lines={[{ name: 'Refusals', colour: '--refused', kind: 'area' }]} from={from} to={to} zone={zone} label="Refusals in each interval" height={110} /> : <p class="muted">No refusals are known.</p>}
      <p class="muted">
        {words} {isWhole ? '' : 'The list was too long and ends early: choose longer intervals. '}
        {gaps.length > 0 ? `Grey: the server was down or did not run yet (${decimal(gaps.reduce((sum, one) => sum + one.to - one.from, 0) / 3_600_000)} h).` : ''}
      </p>
      <AsTable name="Seats in use" head={HEAD} rows={rows} />
    </>
  );
}
