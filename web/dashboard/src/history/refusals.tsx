/** When logins were refused, and how many seats were needed at least. */

import { path, useDesk } from '../context';
import { paged } from '../door';
import { useAsked } from '../parts/asked';
import { SaveButton, Table } from '../parts/table';
import { type Figures, figuresOf, type Item, item } from '../usage/items';
import { full, HOUR, time } from '../words/time';

const MOST = 20_000;
const SHOWN = 50;
const HEAD = ['From', 'To', 'Refusals', 'Peak', 'Limit', 'Seats needed at least'];

interface Props {
  readonly items: readonly Item[];
  readonly zone: string;
  readonly range: string;
}

export function Refusals({ items, zone, range }: Props) {
  const { api, id } = useDesk();
  const isThere = figuresOf(items).some((one) => one.refusals > 0);
  const isFine = figuresOf(items).every((one) => one.to - one.from <= HOUR / 2);
  const [asked] = useAsked(
    async () => (isThere && !isFine ? api.all(`${path(id, '/usage')}?${range}&interval=30m`, paged(item), MOST) : { kind: 'ok', version: null, value: { items, next: null } }),
    [id, isThere, isFine],
    null,
    [range, items],
  );
  if (!isThere) return <p>Nobody is known to have been refused.</p>;
  if (asked.kind !== 'here') return <p role="status">{asked.kind === 'failed' ? `✕ ${asked.why}` : 'Loading…'}</p>;
  const halves = figuresOf(asked.value.items).filter((one) => one.refusals > 0);
  const worst = [...halves].sort((a, b) => b.refusals - a.refusals || b.from - a.from).slice(0, SHOWN);
  const rows = (of: readonly Figures[]) => of.map((one) => [full(one.from, zone), time(one.to, zone), one.refusals, one.peak, one.limit, one.demand]);
  const most = Math.max(...halves.map((one) => one.demand), 0);
  return (
    <>
      <p>At least <strong>{most} seats</strong> were needed in this range.</p>
      <Table name="Refusals by half-hour" head={HEAD} rows={rows(worst)} />
      <SaveButton name="Refusals by half-hour" head={HEAD} rows={() => rows(halves)} />
      {halves.length > SHOWN ? <p class="muted">The {SHOWN} half-hours with most refusals, of {halves.length}; the CSV file has all.</p> : null}
    </>
  );
}
