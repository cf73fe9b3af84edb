/** How sessions end, and how well lines hold. */

import { useMemo } from 'preact/hooks';
import type { Answer } from '../api';
import { path, useDesk, useLive, useMinute } from '../context';
import { paged } from '../door';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { AsTable, Table } from '../parts/table';
import { Tile } from '../parts/tile';
import { HabitsPanel } from '../quality/habits';
import { figuresOf, type Item, item, sums } from '../usage/items';
import { bars, type Levels, levels } from '../usage/levels';
import { count, decimal, share } from '../words/numbers';
import { date, length, midnight, MINUTE, rfc3339 } from '../words/time';

const DAYS = 30;
const MOST_BARS = 40;
const TOP = 10;

export function QualityPage() {
  const { api, id, world } = useDesk();
  const { organization, zone } = useLive();
  const isKnown = organization !== null;
  const range = useMemo(() => {
    const now = Math.ceil(world.now().wall / MINUTE) * MINUTE;
    return `from=${rfc3339(midnight(now, zone, 1 - DAYS))}&to=${rfc3339(now)}`;
  }, [id, zone, useMinute()]);
  const wait: Answer<never> = { kind: 'unreachable', why: 'Waiting for the live feed.' };
  const [days] = useAsked(async () => (isKnown ? api.all(`${path(id, '/usage')}?${range}&interval=1d`, paged(item), 1_000) : wait), [id, isKnown], null, [range]);
  const [known] = useAsked(async () => (isKnown ? api.get(`${path(id, '/usage/levels')}?${range}`, levels) : wait), [id, isKnown], null, [range]);
  const empty = (page: { readonly items: readonly Item[] }) =>
    sums(page.items).logins > 0 ? null : <p>○ Nobody was logged in in the last {DAYS} days.</p>;
  return (
    <>
      <p class="muted">The last {DAYS} days.</p>
      <Panel title="How sessions end" asked={days} empty={empty}>{(page) => <Ends items={page.items} />}</Panel>
      <Panel title="How lines hold" asked={days} empty={empty}>{(page) => <Lines items={page.items} />}</Panel>
      <HabitsPanel />
      <Panel title="Time at each number of seats" asked={known} empty={(all) => (all.peak > 0 ? null : <p>○ No seat was in use.</p>)}>{(all) => <Histogram of={all} />}</Panel>
      <Panel title="Highest days" asked={days} empty={empty}>
        {(page) => (
          <Table
            name="Highest days"
            head={['Day', 'Peak', 'Limit', 'Logins', 'Refusals']}
            rows={[...figuresOf(page.items)].sort((a, b) => b.peak - a.peak || b.from - a.from).slice(0, TOP).map((one) => [date(one.from, zone), one.peak, one.limit, one.logins, one.refusals])}
          />
        )}
      </Panel>
    </>
  );
}

function Ends({ items }: { readonly items: readonly Item[] }) {
  const all = sums(items);
  const ended = all.logouts + all.purges + all.terminated;
  const rows = [
    ['Logged out', all.logouts, 'by the agent, with its widget'],
    ['Purged', all.purges, 'the line was lost and nobody came back within the grace'],
    ['Ended', all.terminated, 'by an administrator'],
  ] as const;
  return <Table name="How sessions end" head={['How', 'Sessions', 'Share', 'What it means']} rows={rows.map(([how, number, what]) => [how, number, share(number, ended), what])} />;
}

function Lines({ items }: { readonly items: readonly Item[] }) {
  const all = sums(items);
  const hours = all.seatSeconds / 3600;
  return (
    <ul class="tiles">
      <Tile name="Session hours" defined="seatHours" value={hours < 10 ? decimal(hours) : count(hours)} more="all sessions together" />
      <Tile name="Drops" defined="drops" value={hours < 1 ? '–' : decimal((all.lost / hours) * 100)} more={hours < 1 ? 'known from one session hour on' : 'by 100 session hours'} />
      <Tile name="Came back" defined="resumed" value={share(all.resumes, all.resumes + all.purges)} more="the others were purged" />
    </ul>
  );
}

function Histogram({ of }: { readonly of: Levels }) {
  const shown = bars(of, MOST_BARS);
  const most = Math.max(...shown.map((one) => one.seconds), 1);
  return (
    <div class="histogram">
      <div class="columns" aria-hidden="true">
        {shown.map((one) => <i key={one.from} title={`${one.from === one.to ? one.from : `${one.from} to ${one.to}`} seats: ${length(one.seconds * 1000)}`} style={{ height: `${Math.max(one.seconds > 0 ? 1 : 0, (one.seconds / most) * 100)}%` }} />)}
      </div>
      <p class="ends" aria-hidden="true"><span>0</span><span>{of.peak} seats</span></p>
      <AsTable name="Time at each number of seats" head={['Seats', 'Seconds']} rows={() => of.levels.map((one) => [one.seats, one.seconds])} />
    </div>
  );
}
