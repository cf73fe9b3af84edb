/** What was sent to a webhook, and what came of it. */

import { type Answer } from '../api';
import { mayManage, path, useDesk, useLive } from '../context';
import { fields, number, paged } from '../door';
import { Problem, useAct } from '../parts/act';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { SaveButton } from '../parts/table';
import { several } from '../words/numbers';
import { full, SECOND } from '../words/time';
import { type Delivery, delivery, STATES, type Webhook } from './webhook';

const MOST = 100;
const EVERY_MS = 3 * SECOND;
const HEAD = ['Event', 'At', 'State', 'Tries', 'Last try', 'Next try'];

interface Props {
  readonly of: Webhook;
  /** With what was done, in words. */
  readonly done: (said: string) => void;
}

export function Deliveries({ of, done }: Props) {
  const { api, id, me } = useDesk();
  const { zone } = useLive();
  const own = path(id, `/webhooks/${of.id}`);
  const [asked, again] = useAsked(() => api.all(`${own}/deliveries`, paged(delivery), MOST), [own], EVERY_MS);
  const act = useAct();
  const replay = (wish: object): void =>
    act.run(
      (): Promise<Answer<number>> => api.ask('POST', `${own}/replay`, (value) => number(fields(value), 'count'), wish),
      (count) => (done(`✓ ${several(count, 'delivery', 'deliveries')} made again.`), again()),
    );
  const cells = (one: Delivery) => [one.type, full(one.at, zone), STATES[one.state].slice(1).join(' '), one.tries, one.last, one.nextAt === null ? null : full(one.nextAt, zone)];
  return (
    <Panel
      title={`Deliveries to ${of.url}`}
      asked={asked}
      empty={(page) => (page.items.length > 0 ? null : <p>○ Nothing was sent to it yet. “Send a test” sends something at once.</p>)}
    >
      {(page) => (
        <>
          <div class="scroll" tabIndex={0} role="group" aria-label="Deliveries">
            <table>
              <thead><tr>{HEAD.map((one) => <th key={one} scope="col">{one}</th>)}{mayManage(me) ? <th scope="col"><span class="unseen">Again</span></th> : null}</tr></thead>
              <tbody>
                {page.items.map((one) => (
                  <tr key={one.id}>
                    {cells(one).map((cell, column) => <td key={column} class={column === 2 ? STATES[one.state][0] : ''}>{cell ?? '–'}</td>)}
                    {mayManage(me) ? <td>{one.state === 'waiting' ? null : <button disabled={act.isBusy} onClick={() => replay({ delivery: one.id })}>Again</button>}</td> : null}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div class="actions below">
            <SaveButton name="Deliveries" head={HEAD} rows={() => page.items.map(cells)} />
            {mayManage(me) ? <button disabled={act.isBusy || !page.items.some((one) => one.state === 'failed')} onClick={() => replay({})}>All that failed, again</button> : null}
          </div>
          <Problem of={act} />
        </>
      )}
    </Panel>
  );
}
