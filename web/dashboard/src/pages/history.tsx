/** What was used: series, figures, the week, refusals. Range and interval stand in the address. */

import { useMemo } from 'preact/hooks';
import { path, useDesk, useLive, useMinute } from '../context';
import { paged } from '../door';
import { ByPart } from '../history/by-part';
import { Figures } from '../history/figures';
import { Heat } from '../history/heat';
import { Refusals } from '../history/refusals';
import { Series } from '../history/series';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { type Item, item } from '../usage/items';
import { levels } from '../usage/levels';
import { interval, intervals, isPreset, type Preset, PRESETS, stretch } from '../usage/ranges';
import { MINUTE, rfc3339 } from '../words/time';

const MOST = 10_000;
const NAMES = { '1m': 'Minutes', '15m': '15 minutes', '30m': '30 minutes', '1h': 'Hours', '1d': 'Days' } as const;

export function HistoryPage() {
  const { api, id, place, go, world } = useDesk();
  const { organization, zone } = useLive();
  const preset: Preset = isPreset(place.query['range']) ? place.query['range'] : '7d';
  const seats = organization?.limit.total ?? null;
  const step = interval(preset, place.query['interval'], seats ?? 0);
  const isKnown = seats !== null;
  const { from, to } = useMemo(() => stretch(preset, world.now().wall, zone), [preset, zone, isKnown, id, useMinute()]);
  const range = `from=${rfc3339(from)}&to=${rfc3339(Math.ceil(to / MINUTE) * MINUTE)}`;
  const wait = { kind: 'unreachable', why: 'Waiting for the live feed.' } as const;
  const [series] = useAsked(async () => (isKnown ? api.all(`${path(id, '/usage')}?${range}&interval=${step}`, paged(item), MOST) : wait), [id, preset, step, isKnown], null, [range]);
  const [known] = useAsked(async () => (isKnown ? api.get(`${path(id, '/usage/levels')}?${range}`, levels) : wait), [id, preset, isKnown], null, [range]);
  const set = (query: Readonly<Record<string, string>>): void => go({ query: { ...place.query, ...query } }, true);
  return (
    <>
      <div class="toolbar">
        <div role="group" aria-label="Range" class="choices">
          {Object.entries(PRESETS).map(([key, { name }]) => (
            <button key={key} aria-pressed={key === preset} onClick={() => set({ range: key, interval: '' })}>{name}</button>
          ))}
        </div>
        <label>
          Interval{' '}
          <select value={step} onChange={(event) => set({ interval: event.currentTarget.value })}>
            {intervals(preset, seats ?? 0).map((one) => <option key={one} value={one}>{NAMES[one]}</option>)}
          </select>
        </label>
      </div>
      <Panel title="Seats in use" asked={series} empty={(page) => nothingYet(page.items)} class="tall">
        {(page) => <Series items={page.items} from={from} to={to} zone={zone} isWhole={page.next === null} />}
      </Panel>
      <Panel title="Figures" asked={known}>
        {(all) => <Figures levels={all} items={series.kind === 'here' ? series.value.items : null} zone={zone} />}
      </Panel>
      <ByPart preset={preset} stretch={{ from, to }} items={series.kind === 'here' && series.value.next === null ? series.value.items : null} zone={zone} isReady={isKnown} />
      <Heat preset={preset} limit={seats ?? 0} />
      <Panel title="Refusals by half-hour" asked={series} empty={(page) => nothingYet(page.items)}>
        {(page) => <Refusals items={page.items} zone={zone} range={range} />}
      </Panel>
    </>
  );
}

const nothingYet = (items: readonly Item[]) =>
  items.some((one) => one.kind === 'figures') ? null : <p>○ Nothing is recorded in this range. Usage is recorded from the first start of the server on; choose another range.</p>;
