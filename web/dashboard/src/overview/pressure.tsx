/** When it gets tight next, by the weeks before. */

import { path, useDesk, useLive } from '../context';
import type { Organization } from '../organization';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { nextPressure, week } from '../usage/week';
import { several, share } from '../words/numbers';
import { HOUR, near } from '../words/time';

/** From this share of the limit on it is tight. */
const TIGHT = 0.9;
const WEEKS = 8;

export function Pressure({ organization }: { readonly organization: Organization }) {
  const { api, id, world } = useDesk();
  const { zone } = useLive();
  const [asked] = useAsked(() => api.get(`${path(id, '/usage/heatmap')}?weeks=${WEEKS}`, week), [id], HOUR);
  return (
    <Panel title="Next pressure point" asked={asked} class="slim">
      {(all) => {
        const now = world.now().wall;
        const next = nextPressure(all, organization.limit.total, TIGHT, now, zone);
        if (next === null && all.days.some((day) => day.some(({ max }) => max === null))) return <p>Not every half-hour of a week is recorded yet.</p>;
        if (next === null) return <p>✓ None: in the last {WEEKS} weeks no half-hour came to {share(TIGHT, 1)} of {several(organization.limit.total, 'seat')}.</p>;
        return (
          <p>
            ◔ <strong>{near(next.at, now, zone)}</strong>: at this time of the week up to {several(next.seats, 'seat')} were in use in the last {WEEKS} weeks, of {organization.limit.total} now.
          </p>
        );
      }}
    </Panel>
  );
}
