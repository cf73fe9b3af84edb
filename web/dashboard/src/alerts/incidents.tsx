/** What there was to call about, the newest first. */

import { path, useDesk, useLive, useNow } from '../context';
import { paged } from '../door';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { SaveButton } from '../parts/table';
import { full, length, SECOND } from '../words/time';
import { causes, type Incident, incident, SEVERITIES } from './incident';
import { type State, STATES } from './webhook';

const EVERY_MS = 10 * SECOND;
const MOST = 100;
const TOLD = ['delivered', 'waiting', 'failed'] as const satisfies readonly State[];
const told = (of: Incident, state: State): number => of.deliveries.filter((one) => one === state).length;
const HEAD = ['Incident since', 'Incident until', 'Severity', 'Alarm', 'Alarm since', 'Alarm until', 'Messages of the incident that were taken', 'waiting', 'failed'];

export function Incidents() {
  const { api, id } = useDesk();
  const { zone } = useLive();
  const [asked] = useAsked(() => api.all(path(id, '/alerts/incidents'), paged(incident), MOST), [id], EVERY_MS);
  const until = (ms: number | null): string | null => (ms === null ? null : full(ms, zone));
  const rows = (all: readonly Incident[]) =>
    all.flatMap((one) => one.alarms.map((alarm) => [full(one.since, zone), until(one.until), SEVERITIES[one.severity][2], alarm.what, full(alarm.since, zone), until(alarm.until), ...TOLD.map((state) => told(one, state))]));
  return (
    <Panel
      title="Incidents"
      asked={asked}
      empty={(page) => (page.items.length > 0 ? null : <p>✓ There was nothing to call about. An incident begins with the first alarm of the rules below and ends with the last; the last {MOST} stay here.</p>)}
    >
      {(page) => (
        <>
          <div class="scroll" tabIndex={0} role="group" aria-label="Incidents">
            <table>
              <thead>
                <tr><th scope="col">State</th><th scope="col">Severity</th><th scope="col">Since</th><th scope="col">Lasted</th><th scope="col">What happened</th><th scope="col">Told</th></tr>
              </thead>
              <tbody>{page.items.map((one) => <Row key={one.id} of={one} zone={zone} />)}</tbody>
            </table>
          </div>
          <SaveButton name="Incidents" head={HEAD} rows={() => rows(page.items)} />
        </>
      )}
    </Panel>
  );
}

function Row({ of, zone }: { readonly of: Incident; readonly zone: string }) {
  const now = useNow();
  const [tone, icon, word] = SEVERITIES[of.severity];
  return (
    <tr class={of.until === null ? '' : 'over'}>
      <td>{of.until === null ? '● Open' : '✓ Over'}</td>
      <td class={tone}>{icon} {word}</td>
      <td>{full(of.since, zone)}</td>
      <td>{length((of.until ?? Math.max(now, of.since)) - of.since)}{of.until === null ? ' so far' : ''}</td>
      <td>
        <ul class="plain">
          {causes(of).map(({ what, times, goesOn }) => <li key={what}>{goesOn ? '●' : '✓'} {what}{times > 1 ? `, ${times} times` : ''}<span class="unseen">{goesOn ? ', goes on' : ', over'}</span></li>)}
        </ul>
      </td>
      <td>
        {of.deliveries.length === 0 ? '– nobody' : null}
        <ul class="plain">
          {TOLD.map((state) => {
            const [tone, icon, word] = STATES[state];
            const many = told(of, state);
            return many > 0 ? <li key={state} class={tone}>{icon} {many} {word.toLowerCase()}</li> : null;
          })}
        </ul>
      </td>
    </tr>
  );
}
