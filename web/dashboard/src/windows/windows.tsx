/** Maintenance windows: what is planned, what runs, what was. */

import { useState } from 'preact/hooks';
import { nothing } from '../api';
import { mayManage, useDesk, useLive, useNow } from '../context';
import { paged } from '../door';
import { Problem, useAct } from '../parts/act';
import { useAsked } from '../parts/asked';
import { Dialog } from '../parts/dialog';
import { Panel } from '../parts/panel';
import { SaveButton } from '../parts/table';
import { isOver, type Maintenance, maintenance } from '../plans';
import { full, length } from '../words/time';
import { MaintenanceForm } from './form';
import { WORDS } from './state';
import { SpanChoice, Timeline } from './timeline';

const EVERY_MS = 15_000;
const HEAD = ['State', 'Title', 'From', 'Until', 'New logins', 'Whom'];

const whom = (one: Maintenance): string => (one.organizations === null ? 'all organizations' : one.organizations.join(', '));

export function Windows() {
  const { api, id, me } = useDesk();
  const { zone } = useLive();
  const [asked, again] = useAsked(() => api.all('/api/v1/maintenance', paged(maintenance), 1_000), [id], EVERY_MS);
  const [leaving, setLeaving] = useState<Maintenance | null>(null);
  const mine = (all: readonly Maintenance[]): readonly Maintenance[] =>
    all.filter((one) => one.organizations === null || one.organizations.includes(id)).sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || a.startsAt - b.startsAt);
  return (
    <>
      <Panel title="Windows" asked={asked} tools={<SpanChoice />} empty={(page) => (mine(page.items).length > 0 ? null : <p>○ No maintenance is planned. A window tells agents beforehand, and may refuse new logins while it runs.</p>)}>
        {(page) => (
          <>
            <Timeline windows={mine(page.items)} />
            <div class="scroll" tabIndex={0} role="group" aria-label="Maintenance windows">
              <table>
                <thead>
                  <tr>{HEAD.map((one) => <th key={one} scope="col">{one}</th>)}{mayManage(me) ? <th scope="col"><span class="unseen">Change</span></th> : null}</tr>
                </thead>
                <tbody>
                  {mine(page.items).map((one) => (
                    <tr key={one.id} class={isOver(one) ? 'over' : ''}>
                      <td>{WORDS[one.state] ?? one.state}<Progress of={one} /></td>
                      <td>{one.title}</td>
                      <td>{full(one.startsAt, zone)}</td>
                      <td>{full(one.endsAt, zone)}</td>
                      <td>{one.newLogins === 'refused' ? '✕ refused' : '✓ allowed'}</td>
                      <td>{whom(one)}</td>
                      {mayManage(me) ? <td>{!isOver(one) && one.mayChange ? <button onClick={() => setLeaving(one)}>Cancel…</button> : null}</td> : null}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <SaveButton name="Maintenance windows" head={HEAD} rows={() => mine(page.items).map((one) => [WORDS[one.state] ?? one.state, one.title, full(one.startsAt, zone), full(one.endsAt, zone), one.newLogins, whom(one)])} />
          </>
        )}
      </Panel>
      {mayManage(me) && asked.kind === 'here' ? <MaintenanceForm made={again} /> : null}
      {leaving === null ? null : <CancelWindow one={leaving} close={() => setLeaving(null)} done={() => (setLeaving(null), again())} />}
    </>
  );
}

function Progress({ of }: { readonly of: Maintenance }) {
  const now = useNow();
  if (of.state !== 'in_progress') return null;
  return (
    <>
      {' '}
      <progress max={of.endsAt - of.startsAt} value={Math.max(0, now - of.startsAt)} aria-label="How far it is" /> {length(Math.max(0, of.endsAt - now))} left
    </>
  );
}

function CancelWindow({ one, close, done }: { readonly one: Maintenance; readonly close: () => void; readonly done: () => void }) {
  const { api } = useDesk();
  const act = useAct();
  return (
    <Dialog title="Cancel this window?" close={close}>
      <p>“{one.title}” is over at once, and widgets do not tell of it any more.{one.newLogins === 'refused' && one.state === 'in_progress' ? ' New logins are taken again.' : ''}</p>
      <Problem of={act} />
      <div class="actions">
        <button onClick={close}>Keep it</button>
        <button class="danger" disabled={act.isBusy} onClick={() => act.run(() => api.ask('PATCH', `/api/v1/maintenance/${one.id}`, nothing, { state: 'cancelled' }), done)}>Cancel the window</button>
      </div>
    </Dialog>
  );
}
