/** The figures of each day, week or month of a range. */

import type { Answer } from '../api';
import { path, useDesk } from '../context';
import { DEFINITIONS } from '../definitions';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { SaveButton, Table } from '../parts/table';
import { figuresOf, type Item, sums } from '../usage/items';
import { type Levels, levels, secondsAt } from '../usage/levels';
import type { Preset, Stretch } from '../usage/ranges';
import { date, HOUR, MINUTE, rfc3339 } from '../words/time';
import { BY, parts } from './parts';

const HEAD = ['First day', 'Last day', 'Peak', 'Minutes at the peak', '30-minute peak', 'Logins', 'Refusals'];
const TITLES = [undefined, undefined, DEFINITIONS.peak, DEFINITIONS.atPeak, DEFINITIONS.held, DEFINITIONS.logins, DEFINITIONS.refusals];

interface Props {
  readonly preset: Preset;
  readonly stretch: Stretch;
  /** `null`: not known, or not to its end. */
  readonly items: readonly Item[] | null;
  readonly zone: string;
  /** What is asked for is known to be right. */
  readonly isReady: boolean;
}

export function ByPart({ preset, stretch, items, zone, isReady }: Props) {
  const { api, id } = useDesk();
  const all = parts(preset, stretch, zone);
  const ask = async (): Promise<Answer<readonly Levels[]>> => {
    if (!isReady) return { kind: 'unreachable', why: 'Waiting for the live feed.' };
    const answers = await Promise.all(all.map(({ from, to }) => api.get(`${path(id, '/usage/levels')}?from=${rfc3339(from)}&to=${rfc3339(Math.ceil(to / MINUTE) * MINUTE)}`, levels)));
    const failed = answers.find((one) => one.kind !== 'ok');
    if (failed) return failed;
    return { kind: 'ok', version: null, value: answers.flatMap((one) => (one.kind === 'ok' ? [one.value] : [])) };
  };
  const [asked] = useAsked(ask, [id, preset, isReady], null, [Math.floor(stretch.to / HOUR)]);
  const rows = (told: readonly Levels[]) =>
    all.map(({ from, to }, place) => {
      const known = told[place];
      const here = figuresOf(items ?? []).filter((one) => one.from >= from && one.from < to);
      const isKnown = known !== undefined && known.levels.length > 0;
      const counted = items === null || here.length === 0 ? null : sums(here);
      return [
        date(from, zone),
        date(to - 1, zone),
        isKnown ? known.peak : null,
        isKnown ? minutes(secondsAt(known, known.peak)) : null,
        known?.heldHalfHour ?? null,
        counted?.logins ?? null,
        counted?.refusals ?? null,
      ];
    });
  return (
    <Panel title={`By ${BY[preset]}`} asked={asked}>
      {(told) => (
        <>
          <Table name={`By ${BY[preset]}`} head={HEAD} titles={TITLES} rows={rows(told).reverse()} />
          <SaveButton name={`By ${BY[preset]}`} head={HEAD} rows={() => rows(told)} />
        </>
      )}
    </Panel>
  );
}

/** To a hundredth, and a moment is more than nothing. */
const minutes = (seconds: number): number => Math.ceil((seconds / 60) * 100) / 100;
