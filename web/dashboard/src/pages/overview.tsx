/** The first question at a glance: can the next agent log in? */

import { Banners } from '../overview/banners';
import { Gauge } from '../overview/gauge';
import { Pressure } from '../overview/pressure';
import { Today } from '../overview/today';
import { path, useDesk, useLive, useNow } from '../context';
import { paged } from '../door';
import { useAsked } from '../parts/asked';
import { Tile } from '../parts/tile';
import { firstFall, increase, maintenance } from '../plans';
import { shown } from '../settings/shape';
import { closed } from '../verdict';
import { MINUTE, near, time } from '../words/time';
import { count } from '../words/numbers';

export function OverviewPage() {
  const { api, id, world } = useDesk();
  const { organization, zone } = useLive();
  const total = organization?.limit.increases ?? 0;
  const [increases] = useAsked(() => api.all(path(id, '/increases'), paged(increase), 1_000), [id, total], 5 * MINUTE);
  const [windows] = useAsked(() => api.all('/api/v1/maintenance', paged(maintenance), 1_000), [id], MINUTE / 2);
  const [settings] = useAsked(() => api.get(path(id), shown), [id], MINUTE / 2);
  const planned = windows.kind === 'here' ? windows.value.items : [];
  const why = closed(id, settings.kind === 'here' ? settings.value.settings : null, planned, useNow());
  const ends = increases.kind === 'here' ? (firstFall(increases.value.items, world.now().wall)?.at ?? null) : null;
  if (organization === null) return <p class="panel state" role="status">Waiting for the first numbers…</p>;
  const { limit, peakToday } = organization;
  const until = ends === null ? '' : ` until ${near(ends, world.now().wall, zone)}`;
  return (
    <>
      <Banners organization={organization} increases={increases.kind === 'here' ? increases.value.items : []} windows={planned} />
      <Gauge organization={organization} closed={why} isKnown={[windows, settings].every((one) => one.kind === 'here' && !one.failed)} />
      <ul class="tiles">
        <Tile name="Limit" defined="limit" value={count(limit.total)} more={limit.increases > 0 ? `${count(limit.base)} + ${count(limit.increases)}${until}` : 'no increase runs'} />
        <Tile name="Waiting" defined="waiting" value={count(organization.waiting)} tone={organization.waiting > 0 ? 'warn' : 'plain'} {...(organization.waiting > 0 ? { icon: '◔' } : {})} more="in line" />
        <Tile name="Refused" defined="refused" value={count(organization.refusedLastHour)} tone={organization.refusedLastHour > 0 ? 'bad' : 'plain'} {...(organization.refusedLastHour > 0 ? { icon: '✕' } : {})} more="in the last hour" />
        <Tile name="In grace" defined="inGrace" value={count(organization.inGrace)} more="line lost, seat kept" />
        <Tile name="Unresponsive" defined="unresponsive" value={count(organization.unresponsive)} tone={organization.unresponsive > 0 ? 'warn' : 'plain'} {...(organization.unresponsive > 0 ? { icon: '⚠' } : {})} more="asleep or frozen" />
        <Tile name="On call" defined="onCall" value={count(organization.onCall)} more="as widgets say" />
        <Tile name="Peak today" defined="peakToday" value={count(peakToday.seats)} more={peakToday.seats > 0 ? `at ${time(peakToday.at, zone)}` : 'nobody yet'} />
      </ul>
      <Today organization={organization} />
      <Pressure organization={organization} />
    </>
  );
}
