/** Today's curve against what is usual on such a weekday, and the limit. */

import { useMemo } from 'preact/hooks';
import type { Answer } from '../api';
import { path, useDesk, useLive } from '../context';
import { paged } from '../door';
import type { Organization } from '../organization';
import { useAsked } from '../parts/asked';
import { Chart } from '../parts/chart';
import { Panel } from '../parts/panel';
import { AsTable } from '../parts/table';
import { columns } from '../usage/columns';
import { figuresOf, highest, type Item, item } from '../usage/items';
import { edgesAt, FEWEST_DAYS, halfHours, usual } from '../usage/today';
import { midnight, MINUTE, rfc3339, time, weekday } from '../words/time';

const WEEKS = 8;

interface Known {
  readonly from: number;
  readonly to: number;
  readonly items: readonly Item[];
}

export function Today({ organization }: { readonly organization: Organization }) {
  const { api, id, world } = useDesk();
  const { zone } = useLive();
  const fine = organization.limit.total > 2 ? '15m' : '30m';
  const today = midnight(world.now().wall, zone);
  const ask = (from: number, to: number, interval: string) =>
    api.all(`${path(id, '/usage')}?from=${rfc3339(from)}&to=${rfc3339(to)}&interval=${interval}`, paged(item), 200);
  const own = async (): Promise<Answer<Known>> => {
    const answer = await ask(today, world.now().wall, fine);
    if (answer.kind !== 'ok') return answer;
    return { kind: 'ok', version: null, value: { from: today, to: midnight(today, zone, 1), items: answer.value.items } };
  };
  // What was on such a weekday stays as it is: it is asked for once a day.
  const weeks = async (): Promise<Answer<readonly (readonly Item[])[]>> => {
    const weeks = Array.from({ length: WEEKS }, (_, week) => ask(midnight(today, zone, -7 * (week + 1)), midnight(today, zone, -7 * (week + 1) + 1), '30m'));
    const answers = await Promise.all(weeks);
    const failed = answers.find((one) => one.kind !== 'ok');
    if (failed) return failed;
    return { kind: 'ok', version: null, value: answers.flatMap((one) => (one.kind === 'ok' ? [one.value.items] : [])) };
  };
  const [asked] = useAsked(own, [id, today, fine], MINUTE);
  const [before] = useAsked(weeks, [id, today]);
  return (
    <Panel title="Today" asked={asked} class="tall">
      {(known) => <Curve known={known} before={before.kind === 'here' ? before.value : null} zone={zone} />}
    </Panel>
  );
}

/** `before`: the same weekday of the weeks before; `null`: not known yet. */
function Curve({ known, before, zone }: { readonly known: Known; readonly before: readonly (readonly Item[])[] | null; readonly zone: string }) {
  const { from, to, items } = known;
  const typical = useMemo(() => usual(before ?? [], zone), [before, zone]);
  const merged = useMemo(() => {
    const own = columns(items, [(one) => one.peak, (one) => one.limit]);
    const grid = halfHours(from, to).map((ms) => ms / 1000);
    const at = [...new Set([...own.at, ...grid, to / 1000])].sort((a, b) => a - b);
    const last = own.at.at(-1) ?? 0;
    // Between two of its own points a step goes on; after the last there is nothing yet.
    const carried = (column: readonly (number | null)[] = []): (number | null)[] => {
      let place = -1;
      return at.map((moment) => {
        while ((own.at[place + 1] ?? Number.POSITIVE_INFINITY) <= moment) place += 1;
        return place < 0 || moment > last ? null : (column[place] ?? null);
      });
    };
    const edges = edgesAt(typical, at.map((s) => Math.min(s * 1000, to - 1)), zone);
    return { at, of: [carried(own.of[0]), carried(own.of[1]), edges.high, edges.low] };
  }, [known, typical]);
  const gaps = useMemo(() => items.filter((one) => one.kind === 'gap'), [items]);
  const top = highest(items);
  const words = top === null ? 'Nothing is known of today yet.' : `Seats in use today: the peak is ${top.peak}, between ${time(top.from, zone)} and ${time(top.to, zone)}.`;
  const hasBand = typical.days >= FEWEST_DAYS;
  return (
    <>
      <Chart
        columns={merged}
        lines={[
          { name: 'Seats in use (peak)', colour: '--peak', kind: 'line' },
          { name: 'Limit', colour: '--limit', kind: 'dashed' },
          { name: 'High', colour: '--usual', kind: 'edge' },
          { name: 'Low', colour: '--usual', kind: 'edge' },
        ]}
        {...(hasBand ? { band: { high: 2, low: 3, name: `Usual on a ${weekday(from, zone)} (8 of 10, ${typical.days} weeks)`, colour: '--usual' } } : {})}
        gaps={gaps}
        from={from}
        to={to}
        zone={zone}
        label={words}
      />
      {hasBand || before === null ? null : <p class="muted">What is usual on a {weekday(from, zone)} is shown from the fourth week on.</p>}
      <AsTable name="Today" head={['From', 'To', 'Peak', 'Mean', 'Limit', 'Refusals']} rows={() => figuresOf(items).map((one) => [time(one.from, zone), time(one.to, zone), one.peak, one.mean, one.limit, one.refusals])} />
    </>
  );
}
