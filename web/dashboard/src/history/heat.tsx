/** The week by half-hours. */

import { path, useDesk, useLive } from '../context';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { AsTable } from '../parts/table';
import { type Preset, PRESETS } from '../usage/ranges';
import { halfName, shade, week, WEEKDAYS } from '../usage/week';
import { HOUR } from '../words/time';

interface Props {
  readonly preset: Preset;
  readonly limit: number;
}

export function Heat({ preset, limit }: Props) {
  const { api, id, place, go } = useDesk();
  const { zone } = useLive();
  const weeks = Math.max(1, Math.ceil(PRESETS[preset].days / 7));
  const by = place.query['by'] === 'median' ? 'median' : 'max';
  const [asked] = useAsked(() => api.get(`${path(id, '/usage/heatmap')}?weeks=${weeks}`, week), [id, weeks], HOUR / 6);
  const set = (value: string): void => go({ query: { ...place.query, by: value } }, true);
  return (
    <Panel
      title="The week"
      asked={asked}
      tools={
        <div role="group" aria-label="Of the peaks of each half-hour" class="choices">
          <button aria-pressed={by === 'max'} onClick={() => set('')}>Highest</button>
          <button aria-pressed={by === 'median'} onClick={() => set('median')}>Median</button>
        </div>
      }
      empty={(all) => (all.days.some((day) => day.some((cell) => cell.max !== null)) ? null : <p>○ Nothing is recorded in these weeks yet.</p>)}
    >
      {(all) => (
        <>
          <div class="scroll" tabIndex={0} role="group" aria-label="The week by half-hours">
            <table class="heat">
              <thead>
                <tr>
                  <th scope="col"><span class="unseen">Weekday</span></th>
                  {Array.from({ length: 24 }, (_, hour) => <th key={hour} scope="colgroup" colSpan={2}>{hour}</th>)}
                </tr>
              </thead>
              <tbody>
                {all.days.map((day, weekday) => (
                  <tr key={weekday}>
                    <th scope="row">{WEEKDAYS[weekday]?.slice(0, 3)}</th>
                    {day.map((cell, half) => {
                      const step = shade(cell[by], limit);
                      return (
                        <td key={half} class={step === null ? 'none' : `s${step}`} title={`${WEEKDAYS[weekday]} ${halfName(half)}: ${cell[by] === null ? 'not known' : `${cell[by]} of ${limit}`}`}>
                          <span class="unseen">{cell[by] ?? 'not known'}</span>
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p class="muted scale">
            <span>0 %</span>
            {Array.from({ length: 11 }, (_, step) => <i key={step} class={`s${step}`} />)}
            <span>100 % of {limit} seats and beyond. {by === 'max' ? 'The highest' : 'The median'} of the peaks of {all.weeks} {all.weeks === 1 ? 'week' : 'weeks'}, {zone}.</span>
          </p>
          <AsTable
            name="The week"
            head={['Weekday', 'At', 'Highest peak', 'Median peak']}
            rows={() => all.days.flatMap((day, at) => day.map((cell, half) => [WEEKDAYS[at] ?? '', halfName(half), cell.max, cell.median]))}
          />
        </>
      )}
    </Panel>
  );
}
