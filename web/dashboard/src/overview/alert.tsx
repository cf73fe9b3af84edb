/** Whether there is something to call about, always in the same place. */

import { causes, incident, SEVERITIES } from '../alerts/incident';
import { write } from '../address';
import { path, useDesk, useLive, useNow } from '../context';
import { paged } from '../door';
import { useAsked } from '../parts/asked';
import { near, SECOND } from '../words/time';

const EVERY_MS = 10 * SECOND;

export function OpenAlert() {
  const { api, id, place } = useDesk();
  const { zone } = useLive();
  const now = useNow();
  const [asked] = useAsked(() => api.get(`${path(id, '/alerts/incidents')}?limit=1`, paged(incident)), [id], EVERY_MS);
  const to = <a href={write({ org: place.org, page: 'maintenance', query: { part: 'alerts' } })}>Alerts</a>;
  // Only of what was told just now can it be said that there is none.
  if (asked.kind !== 'here' || asked.failed !== null) {
    const words = asked.kind === 'loading' ? 'Asking for open alerts…' : 'Whether an alert is open is not known.';
    return <p class="notice alert" role="status"><span>○ {words}</span> {to}</p>;
  }
  const open = asked.value.items.find(({ until }) => until === null);
  if (open === undefined) return <p class="notice alert" role="status"><span>✓ No alert is open.</span> {to}</p>;
  const [tone, icon, word] = SEVERITIES[open.severity];
  const [worst, ...more] = causes(open).filter(({ goesOn }) => goesOn);
  return (
    <p class={`notice alert ${tone}`} role="status">
      <span>{icon} <strong>{word} alert</strong> since {near(open.since, now, zone)}: {worst?.what}{more.length > 0 ? `, and ${more.length} more` : ''}.</span> {to}
    </p>
  );
}
