/** What interrupts: maintenance windows that are planned, and alerts that nobody planned. */

import { AlertRules } from '../alerts/form';
import { Incidents } from '../alerts/incidents';
import { Webhooks } from '../alerts/webhooks';
import { useDesk } from '../context';
import { Windows } from '../windows/windows';

const PARTS = { '': 'Maintenance', alerts: 'Alerts' } as const;

export function MaintenancePage() {
  const { place, go } = useDesk();
  const part = place.query['part'] === 'alerts' ? 'alerts' : '';
  return (
    <>
      <div role="group" aria-label="Part of the page" class="choices">
        {Object.entries(PARTS).map(([key, name]) => <button key={key} aria-pressed={key === part} onClick={() => go({ query: { part: key } })}>{name}</button>)}
      </div>
      {part === 'alerts' ? (
        <>
          <Incidents />
          <AlertRules />
          <Webhooks />
        </>
      ) : (
        <Windows />
      )}
    </>
  );
}
