/** Temporary increases, by the days of a month and as a list. */

import { useState } from 'preact/hooks';
import { nothing } from '../api';
import { mayManage, path, useDesk, useLive } from '../context';
import { paged } from '../door';
import { Problem, useAct } from '../parts/act';
import { useAsked } from '../parts/asked';
import { Dialog } from '../parts/dialog';
import { Panel } from '../parts/panel';
import { SaveButton } from '../parts/table';
import { type Increase, increase } from '../plans';
import { several } from '../words/numbers';
import { full, midnight, MINUTE } from '../words/time';
import { Calendar } from './calendar';
import { IncreaseForm } from './form';
import { WORDS } from './state';

const HEAD = ['State', 'Seats', 'From', 'Until', 'Reason'];
const ORDER = ['running', 'requested', 'scheduled', 'ended'];

export function Increases() {
  const { api, id, me, world } = useDesk();
  const { organization, zone } = useLive();
  const [asked, again] = useAsked(() => api.all(path(id, '/increases'), paged(increase), 1_000), [id, organization?.limit.increases], MINUTE);
  const tomorrow = midnight(world.now().wall, zone, 1);
  const [start, setStart] = useState<{ readonly from: number } | null>(null);
  const [ending, setEnding] = useState<Increase | null>(null);
  const act = useAct();
  const confirm = (one: Increase): void => act.run(() => api.ask('POST', path(id, `/increases/${one.id}/confirm`), nothing), again);
  const sorted = (all: readonly Increase[]): readonly Increase[] => [...all].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.from - b.from);
  const list = (all: readonly Increase[]) => (
    <>
      <div class="scroll" tabIndex={0} role="group" aria-label="Increases">
        <table>
          <thead>
            <tr>{HEAD.map((one) => <th key={one} scope="col" class={one === 'Seats' ? 'number' : ''}>{one}</th>)}{mayManage(me) ? <th scope="col"><span class="unseen">Change</span></th> : null}</tr>
          </thead>
          <tbody>
            {sorted(all).map((one) => (
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
      <SaveButton name="Increases" head={HEAD} rows={() => sorted(all).map((one) => [WORDS[one.state] ?? one.state, one.seats, full(one.from, zone), full(one.until, zone), one.reason])} />
    </>
  );
  return (
    <>
      <Panel title="Temporary increases" asked={asked}>
        {(page) => (
          <>
            <Calendar increases={page.items} plan={(from) => setStart({ from })} />
            {page.items.length === 0 ? <p>○ No increase is planned. One adds seats for a training, an event or a season, and ends by itself; nobody is thrown out at its end.</p> : list(page.items)}
          </>
        )}
      </Panel>
      <Problem of={act} />
      {mayManage(me) && asked.kind === 'here' ? <IncreaseForm made={again} start={start} usual={tomorrow} /> : null}
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
