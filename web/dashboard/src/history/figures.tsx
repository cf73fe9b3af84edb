/** The range in a few numbers. */

import { Tile } from '../parts/tile';
import { highest, type Item, sums } from '../usage/items';
import { type Levels, secondsAt } from '../usage/levels';
import { count } from '../words/numbers';
import { length, within } from '../words/time';

interface Props {
  readonly levels: Levels;
  /** `null`: not known yet. */
  readonly items: readonly Item[] | null;
  readonly zone: string;
}

const shown = (value: number | null): string => (value === null ? '–' : count(value));

export function Figures({ levels, items, zone }: Props) {
  const all = items === null ? null : sums(items);
  const top = items === null ? null : highest(items);
  const at = secondsAt(levels, levels.peak);
  // What was refused is not in use.
  const enough = (all?.refusals ?? 0) > 0 ? 'of the time, at least' : 'of the time, enough';
  return (
    <ul class="tiles">
      <Tile name="Peak" defined="peak" value={count(levels.peak)} more={top === null ? '' : within(top.from, top.to, zone)} />
      <Tile name="Time at the peak" defined="atPeak" value={at > 0 && at < 1 ? 'under 1 s' : length(at * 1000)} more="all its moments" />
      <Tile name="30-minute peak" defined="held" value={shown(levels.heldHalfHour)} more="held for 30 min" />
      <Tile name="For 95 %" defined="enough" value={shown(levels.enough['95'])} more={enough} />
      <Tile name="For 99 %" defined="enough" value={shown(levels.enough['99'])} more={enough} />
      <Tile name="For 99.9 %" defined="enough" value={shown(levels.enough['99.9'])} more={enough} />
      <Tile name="Logins" defined="logins" value={shown(all?.logins ?? null)} more="in this range" />
      <Tile name="Refusals" defined="refusals" value={shown(all?.refusals ?? null)} more="in this range" tone={(all?.refusals ?? 0) > 0 ? 'bad' : 'plain'} />
    </ul>
  );
}
