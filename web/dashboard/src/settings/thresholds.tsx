/** From how many seats on somebody is called: in short, and the way to where it is changed. */

import { write } from '../address';
import { rules } from '../alerts/rules';
import { reached } from '../alerts/levels';
import { path, useDesk, useLive } from '../context';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { Table } from '../parts/table';
import { length, SECOND } from '../words/time';

export function Thresholds() {
  const { api, id, place } = useDesk();
  const { organization } = useLive();
  const [asked] = useAsked(() => api.get(path(id, '/alerts'), rules), [id]);
  const limit = organization?.limit.total ?? 0;
  return (
    <Panel title="Thresholds" asked={asked}>
      {(found) => (
        <>
          <Table
            name="Thresholds"
            head={['Level', 'Seats in use from', 'For']}
            rows={found.levels.map((one) => [`${one.percent} %`, limit === 0 ? null : reached(one.percent, limit), one.holdS === 0 ? 'at once' : length(one.holdS * SECOND)])}
          />
          <p>Of the {limit} seats that there are now. {found.calls ? '' : '⚠ Webhooks are not told: nobody is called. '}<a href={write({ org: place.org, page: 'maintenance', query: { part: 'alerts' } })}>All alert rules, and where they are changed</a></p>
        </>
      )}
    </Panel>
  );
}
