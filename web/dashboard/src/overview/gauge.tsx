/** The seats in use, as a bar from nothing to the limit, and the answer in words. */

import { levels, marks } from '../alerts/levels';
import { path, useDesk, useLive } from '../context';
import { DEFINITIONS } from '../definitions';
import type { Organization } from '../organization';
import { useAsked } from '../parts/asked';
import { verdict } from '../verdict';
import { count, several, share } from '../words/numbers';
import { clock, MINUTE } from '../words/time';

const ICONS = { good: '✓', warn: '⚠', bad: '✕' } as const;

/** `closed`: why nobody new is taken, if so; `isKnown`: whether that was answered, and lately. */
export function Gauge({ organization, closed, isKnown }: { readonly organization: Organization; readonly closed: string | null; readonly isKnown: boolean }) {
  const { api, id, store } = useDesk();
  const { zone } = useLive();
  const fresh = store.freshness();
  const [alerts] = useAsked(() => api.get(path(id, '/alerts'), levels), [id], 10 * MINUTE);
  const { tone, word, why } = verdict(organization, closed, isKnown || fresh.kind === 'stale');
  const { connected, inGrace, inUse, free, limit, over } = organization;
  const whole = Math.max(limit.total, inUse, 1);
  const percent = (seats: number): string => `${(seats / whole) * 100}%`;
  // Moved without another layout: nothing beside it jumps.
  const part = (from: number, seats: number): string => `translateX(${percent(from)}) scaleX(${seats / whole})`;
  const wide = { minWidth: `${count(whole).length}ch` };
  const called = marks(alerts.kind === 'here' ? alerts.value : [], limit.total);
  const from = called.length > 0 ? `alerts from ${called.map(count).join(', ')} seats on` : alerts.kind === 'failed' ? 'alert levels are not known' : '';
  return (
    <section class={`panel gauge ${tone}`} aria-labelledby="gauge-title">
      <h2 id="gauge-title">Can the next agent log in?{fresh.kind === 'stale' ? ` As it was at ${clock(fresh.since, zone)}:` : ''}</h2>
      <p class="verdict"><span class="sign" aria-hidden="true">{ICONS[tone]}</span> <strong>{word}</strong><span class="why">: {why}.</span></p>
      <div class="sums">
        <span title={DEFINITIONS.inUse}><b class="figure" style={wide}>{count(inUse)}</b> of {count(limit.total)} seats in use <span class="muted">({share(inUse, limit.total)})</span></span>
        <span title={DEFINITIONS.free}><b class="figure" style={wide}>{count(free)}</b> free</span>
      </div>
      <div class="bar" role="img" aria-label={`${connected} connected, ${inGrace} in grace, ${free} free of ${limit.total}${from && `; ${from}`}`}>
        <i class="connected" style={{ transform: part(0, connected) }} />
        <i class="grace" style={{ transform: part(connected, inGrace) }} />
        {limit.total < whole ? <b class="limit" style={{ left: percent(limit.total) }} /> : null}
        {called.map((seats) => <b key={seats} class="mark" title={`An alert from ${several(seats, 'seat')} on`} style={{ left: percent(seats) }} />)}
      </div>
      <ul class="legend">
        <li><i class="key area connected" />{count(connected)} connected</li>
        <li><i class="key area grace" />{count(inGrace)} in grace</li>
        <li><i class="key area free" />{count(free)} free</li>
        {from ? <li class="marks"><i class="key mark" />{from}</li> : null}
        {over > 0 ? <li class="warn" title="Nobody is thrown out. New logins wait until the use is below the limit.">⚠ {count(over)} beyond the limit</li> : null}
      </ul>
    </section>
  );
}
