/** The settings of an organization. What is paid for is the operator's. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { mayManage, path, useDesk } from '../context';
import { Problem, useAct } from '../parts/act';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { fromField, toField } from '../words/time';
import { changes, differences, originsOf, type Settings, shown } from './shape';

export function OrganizationSettings() {
  const { api, id } = useDesk();
  const [asked, again] = useAsked(() => api.get(path(id), shown), [id]);
  const version = asked.kind === 'here' ? asked.version : null;
  return (
    <Panel title="Organization" asked={asked}>
      {(found) => <Form before={found.settings} managedBy={found.organization.managedBy} zone={found.organization.zone} version={version} again={again} />}
    </Panel>
  );
}

interface FormProps {
  readonly before: Settings;
  readonly managedBy: string;
  /** Of the times. */
  readonly zone: string;
  readonly version: string | null;
  readonly again: () => void;
}

function Form({ before, managedBy, zone, version, again }: FormProps) {
  const { api, id, me } = useDesk();
  const [wish, setWish] = useState(before);
  const [origins, setOrigins] = useState(before.origins.join('\n'));
  const [said, setSaid] = useState('');
  const act = useAct();
  const last = useRef(before);
  // What was typed since the last answer stays.
  useEffect(() => {
    const old = last.current;
    last.current = before;
    setWish((wish) => ({ ...before, ...differences({ ...old }, { ...wish }) }));
    setOrigins((text) => (text === old.origins.join('\n') ? before.origins.join('\n') : text));
  }, [before]);
  const set = (change: Partial<Settings>): void => (setWish({ ...wish, ...change }), setSaid(''));
  const changed = changes(before, { ...wish, origins: originsOf(origins) });
  const isSame = Object.keys(changed).length === 0;
  const may = mayManage(me);
  const pays = me.role === 'operator';
  const submit = (): void =>
    act.run(
      async () => {
        const answer = await api.ask('PUT', path(id), shown, changed, version);
        if (answer.kind === 'refused' && answer.status === 412) again();
        return answer;
      },
      () => (setSaid('✓ Saved.'), again()),
    );
  const burst = wish.policy.kind === 'burst' ? wish.policy.more : 5;
  return (
    <form class="fields" onSubmit={(event) => (event.preventDefault(), submit())}>
      <label>Name<input disabled={!may} maxLength={200} required value={wish.name} onInput={(event) => set({ name: event.currentTarget.value })} /></label>
      <label>Time zone<input disabled={!may} required value={wish.zone} spellcheck={false} onInput={(event) => set({ zone: event.currentTarget.value })} /></label>
      <label>Seats<input type="number" min="0" disabled={!pays} required value={String(wish.seats)} onInput={(event) => set({ seats: Number(event.currentTarget.value) })} /></label>
      <label>
        When all seats are in use
        <select disabled={!pays} value={wish.policy.kind} onChange={(event) => {
          const kind = event.currentTarget.value;
          set({ policy: kind === 'burst' ? { kind, more: burst } : { kind: kind === 'observe' ? 'observe' : 'block' } });
        }}>
          <option value="block">refuse</option>
          <option value="burst">seat some more, then refuse</option>
          <option value="observe">only count</option>
        </select>
      </label>
      {wish.policy.kind === 'burst' ? <label>How many more<input type="number" min="1" disabled={!pays} required value={String(burst)} onInput={(event) => set({ policy: { kind: 'burst', more: Number(event.currentTarget.value) } })} /></label> : null}
      <label>
        Seats may be used until; empty: without an end
        <input type="datetime-local" step="any" disabled={!pays} value={wish.allocationEnds === null ? '' : toField(wish.allocationEnds, zone)} onInput={(event) => set({ allocationEnds: fromField(event.currentTarget.value, zone) })} />
      </label>
      <label class="choice"><input type="checkbox" disabled={!pays} checked={wish.selfService !== null} onChange={(event) => set({ selfService: event.currentTarget.checked ? (before.selfService ?? { seats: 10, days: 14 }) : null })} /> Administrators may start increases without asking</label>
      {wish.selfService === null ? null : (
        <>
          <label>So many seats at most in a calendar month<input type="number" min="1" disabled={!pays} required value={String(wish.selfService.seats)} onInput={(event) => set({ selfService: { seats: Number(event.currentTarget.value), days: wish.selfService?.days ?? 1 } })} /></label>
          <label>each for so many days at most<input type="number" min="1" max="31" disabled={!pays} required value={String(wish.selfService.days)} onInput={(event) => set({ selfService: { seats: wish.selfService?.seats ?? 1, days: Number(event.currentTarget.value) } })} /></label>
        </>
      )}
      <label>Grace after a lost line, in seconds<input type="number" min="5" max="86400" disabled={!may} required value={String(wish.graceS)} onInput={(event) => set({ graceS: Number(event.currentTarget.value) })} /></label>
      <label>Places in the waiting line, 0 for none<input type="number" min="0" disabled={!may} required value={String(wish.line ?? 0)} onInput={(event) => set({ line: Number(event.currentTarget.value) || null })} /></label>
      <label class="choice"><input type="checkbox" disabled={!may} checked={wish.discloses} onChange={(event) => set({ discloses: event.currentTarget.checked })} /> A refusal tells the numbers</label>
      <label class="choice"><input type="checkbox" disabled={!pays} checked={wish.suspended} onChange={(event) => set({ suspended: event.currentTarget.checked })} /> Suspended: no new logins</label>
      <label class="wide">Pages that may hold the widget, one a line. Left empty, every page may<textarea disabled={!may} rows={3} spellcheck={false} value={origins} onInput={(event) => (setOrigins(event.currentTarget.value), setSaid(''))} /></label>
      <p class="muted wide">
        {managedBy === 'file' ? 'What the configuration file sets is changed there. ' : ''}
        {may && !pays ? 'What is paid for is changed by an operator. ' : ''}
        {may ? '' : 'Your token may look and not change.'}
      </p>
      {may ? <div class="wide actions"><button class="main" disabled={isSame || act.isBusy}>Save</button><span role="status">{said}</span></div> : null}
      <div class="wide"><Problem of={act} /></div>
    </form>
  );
}
