/** What is to come: the right number of seats, and temporary increases. */

import { useState } from 'preact/hooks';
import { nothing } from '../api';
import { mayManage, path, useDesk, useLive } from '../context';
import { paged } from '../door';
import { Problem, useAct } from '../parts/act';
import { useAsked } from '../parts/asked';
import { Dialog } from '../parts/dialog';
import { Panel } from '../parts/panel';
import { IncreaseForm } from '../planning/form';
import { RightSize } from '../planning/right-size';
import { type Increase, increase } from '../plans';
import { several } from '../words/numbers';
import { full, MINUTE } from '../words/time';

const WORDS: Readonly<Record<string, string>> = { requested: '? Requested', scheduled: '○ Scheduled', running: '● Running', ended: '– Ended' };
const ORDER = ['running', 'requested', 'scheduled', 'ended'];

export function PlanningPage() {
  const { api, id, me } = useDesk();
  const { organization, zone } = useLive();
  const [asked, again] = useAsked(() => api.all(path(id, '/increases'), paged(increase), 1_000), [id, organization?.limit.increases], MINUTE);
  const [ending, setEnding] = useState<Increase | null>(null);
  const act = useAct();
  const confirm = (one: Increase): void => act.run(() => api.ask('POST', path(id, `/increases/${one.id}/confirm`), nothing), again);
  const sorted = (all: readonly Increase[]): readonly Increase[] => [...all].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.from - b.from);
  return (
    <>
      <RightSize />
      <Panel
        title="Temporary increases"
        asked={asked}
        empty={(page) => (page.items.length > 0 ? null : <p>○ No increase is planned. One adds seats for a training, an event or a season, and ends by itself; nobody is thrown out at its end.</p>)}
      >
        {(page) => (
          <div class="scroll" tabIndex={0} role="group" aria-label="Increases">
            <table>
              <thead>
                <tr><th scope="col">State</th><th scope="col" class="number">Seats</th><th scope="col">From</th><th scope="col">Until</th><th scope="col">Reason</th>{mayManage(me) ? <th scope="col"><span class="unseen">Change</span></th> : null}</tr>
              </thead>
              <tbody>
                {sorted(page.items).map((one) => (
                  <tr key={one.id} class={one.state === 'ended' ? 'over' : ''}>
                    <td>{WORDS[one.state] ?? one.state}</td>
                    <td class="number">+{one.seats}</td>
                    <td>{full(one.from, zone)}</td>
                    <td>{full(one.until, zone)}</td>
                    <td>{one.reason ?? '–'}</td>
                    {mayManage(me) ? (
                      <td>
                        {one.state === 'requested' && me.role === 'operator' ? <button disabled={act.isBusy} onClick={() => confirm(one)}>Confirm</button> : null}{' '}
                        {one.state === 'ended' ? null : <button onClick={() => setEnding(one)}>{one.state === 'running' ? 'End…' : 'Remove…'}</button>}
                      </td>
                    ) : null}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
      <Problem of={act} />
      {mayManage(me) && asked.kind === 'here' ? <IncreaseForm made={again} /> : null}
      {ending === null ? null : <EndIncrease one={ending} close={() => setEnding(null)} done={() => (setEnding(null), again())} />}
    </>
  );
}

function EndIncrease({ one, close, done }: { readonly one: Increase; readonly close: () => void; readonly done: () => void }) {
  const { api, id } = useDesk();
  const act = useAct();
  const isRunning = one.state === 'running';
  return (
    <Dialog title={isRunning ? 'End this increase now?' : 'Remove this increase?'} close={close}>
      <p>{isRunning ? `The limit is ${several(one.seats, 'seat')} lower at once. Nobody is thrown out: those beyond it stay until they log out, and new logins are refused meanwhile.` : 'It will not begin.'}</p>
      <Problem of={act} />
      <div class="actions">
        <button onClick={close}>Cancel</button>
        <button class="danger" disabled={act.isBusy} onClick={() => act.run(() => api.ask('DELETE', path(id, `/increases/${one.id}`), nothing), done)}>{isRunning ? 'End it' : 'Remove it'}</button>
      </div>
    </Dialog>
  );
}
