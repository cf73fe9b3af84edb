/** A new maintenance window, with what agents will read. */

import { useState } from 'preact/hooks';
import { useDesk, useLive } from '../context';
import { Problem, useAct } from '../parts/act';
import { maintenance } from '../plans';
import { fromField, full, HOUR, length, rfc3339, time, toField } from '../words/time';
import { Preview } from './preview';

export function MaintenanceForm({ made }: { readonly made: () => void }) {
  const { api, id, me, world } = useDesk();
  const { zone, organization } = useLive();
  const act = useAct();
  const [wish, setWish] = useState(() => {
    const start = Math.ceil(world.now().wall / HOUR) * HOUR + HOUR;
    return { title: '', from: toField(start, zone), until: toField(start + HOUR, zone), newLogins: 'allowed', message: '', whom: 'one' };
  });
  const [said, setSaid] = useState('');
  const set = (change: Partial<typeof wish>): void => setWish({ ...wish, ...change });
  const [from, until] = [fromField(wish.from, zone), fromField(wish.until, zone)];
  const isGood = wish.title.trim() !== '' && from !== null && until !== null && until > from;
  const submit = (): void => {
    if (from === null || until === null) return;
    setSaid('');
    const body = {
      title: wish.title.trim(),
      starts_at: rfc3339(from),
      ends_at: rfc3339(until),
      new_logins: wish.newLogins,
      message: wish.message.trim() === '' ? null : wish.message.trim(),
      organizations: wish.whom === 'all' ? null : [id],
    };
    act.run(
      () => api.ask('POST', '/api/v1/maintenance', maintenance, body),
      () => {
        setSaid('✓ Planned.');
        set({ title: '', message: '' });
        made();
      },
    );
  };
  return (
    <section class="panel" aria-labelledby="new-window">
      <header><h2 id="new-window">New window</h2></header>
      <form class="fields" onSubmit={(event) => (event.preventDefault(), submit())}>
        <label class="wide">Title<input required maxLength={200} value={wish.title} placeholder="Upgrade of the telephone system" onInput={(event) => set({ title: event.currentTarget.value })} /></label>
        <label>From<input type="datetime-local" required value={wish.from} onInput={(event) => set({ from: event.currentTarget.value })} /></label>
        <label>Until<input type="datetime-local" required value={wish.until} onInput={(event) => set({ until: event.currentTarget.value })} /></label>
        <label>
          New logins
          <select value={wish.newLogins} onChange={(event) => set({ newLogins: event.currentTarget.value })}>
            <option value="allowed">allowed</option>
            <option value="refused">refused</option>
          </select>
        </label>
        {me.role === 'operator' ? (
          <label>
            Whom
            <select value={wish.whom} onChange={(event) => set({ whom: event.currentTarget.value })}>
              <option value="one">{organization?.name ?? id}</option>
              <option value="all">all organizations</option>
            </select>
          </label>
        ) : null}
        <label class="wide">Message to agents<textarea rows={2} maxLength={500} value={wish.message} onInput={(event) => set({ message: event.currentTarget.value })} /></label>
        <Preview message={wish.message.trim()} refuses={wish.newLogins === 'refused'} />
        <p class="wide muted">{from !== null && until !== null && until > from ? `It lasts ${length(until - from)}, from ${full(from, zone)} to ${time(until, zone)}. The message alone tells agents so.` : 'The end has to be after the beginning.'}</p>
        <div class="wide actions"><button class="main" disabled={!isGood || act.isBusy}>Plan it</button><span role="status">{said}</span></div>
      </form>
      <Problem of={act} />
    </section>
  );
}
