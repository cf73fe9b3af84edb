/** Where events go: added with a secret that is shown once, tried, removed. */

import { useState } from 'preact/hooks';
import { type Answer, nothing } from '../api';
import { mayManage, path, useDesk, useLive } from '../context';
import { fields, list, paged, text } from '../door';
import { Problem, useAct } from '../parts/act';
import { useAsked } from '../parts/asked';
import { Dialog } from '../parts/dialog';
import { Panel } from '../parts/panel';
import { Secret } from '../settings/secret';
import { several } from '../words/numbers';
import { date, full, SECOND } from '../words/time';
import { Deliveries } from './deliveries';
import { TestResult } from './test-result';
import { EVENTS, type Webhook, webhook } from './webhook';

const EVERY_MS = 10 * SECOND;

export function Webhooks() {
  const { api, id, me, place, go } = useDesk();
  const { zone } = useLive();
  const own = path(id, '/webhooks');
  const [asked, again] = useAsked(() => api.all(own, paged(webhook), 100), [own], EVERY_MS);
  const [leaving, setLeaving] = useState<Webhook | null>(null);
  const [sent, setSent] = useState<readonly string[] | null>(null);
  const [said, setSaid] = useState('');
  const test = useAct();
  const may = mayManage(me);
  const ping = (): void =>
    test.run(
      (): Promise<Answer<readonly string[]>> => api.ask('POST', path(id, '/alerts/test'), (value) => list(fields(value)['deliveries'], String)),
      setSent,
    );
  const look = (one: Webhook | null): void => go({ query: { ...place.query, hook: one?.id ?? '' } }, true);
  const all = asked.kind === 'here' ? asked.value.items : [];
  const chosen = all.find((one) => one.id === place.query['hook']);
  return (
    <>
      <Panel title="Webhooks" asked={asked}>
        {({ items }) => (
          <>
            {items.length === 0 ? (
              <p>○ There is no webhook: incidents are kept here, and nobody is called. One is a URL that is told of each event, signed with a secret.</p>
            ) : (
              <div class="scroll" tabIndex={0} role="group" aria-label="Webhooks">
                <table>
                  <thead><tr><th scope="col">State</th><th scope="col">URL</th><th scope="col">Told of</th><th scope="col">Made</th><th scope="col"><span class="unseen">Do</span></th></tr></thead>
                  <tbody>
                    {items.map((one) => (
                      <tr key={one.id}>
                        <td class={one.goneSince === null ? 'good' : 'bad'}>{one.goneSince === null ? '● Active' : `✕ Wants no more since ${full(one.goneSince, zone)}`}</td>
                        <td>{one.url}</td>
                        <td title={one.events.join(', ')}>{one.events.length === EVENTS.length ? 'everything' : one.events.length > 2 ? several(one.events.length, 'type') : one.events.join(', ')}</td>
                        <td>{date(one.madeAt, zone)}</td>
                        <td>
                          <button aria-pressed={one === chosen} onClick={() => look(one === chosen ? null : one)}>Deliveries</button>{' '}
                          {may ? <button onClick={() => setLeaving(one)}>Remove…</button> : null}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {may && items.length > 0 ? <div class="actions below"><button disabled={test.isBusy} onClick={ping}>Send a test</button></div> : null}
            <Problem of={test} />
            {sent === null ? null : <TestResult key={sent.join()} sent={sent} hooks={items} />}
            <p role="status">{said}</p>
            {may ? <NewWebhook made={again} /> : null}
          </>
        )}
      </Panel>
      {chosen ? <Deliveries key={chosen.id} of={chosen} done={(words) => (setSaid(words), again())} /> : null}
      {leaving === null ? null : <Remove one={leaving} close={() => setLeaving(null)} done={() => (setLeaving(null), again())} />}
    </>
  );
}

function NewWebhook({ made }: { readonly made: () => void }) {
  const { api, id } = useDesk();
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState<readonly string[]>(EVENTS);
  const [secret, setSecret] = useState<string | null>(null);
  const act = useAct();
  const make = (): void =>
    act.run(
      (): Promise<Answer<string>> => api.ask('POST', path(id, '/webhooks'), (value) => text(fields(value), 'secret'), { url: url.trim(), events }),
      (text) => (setSecret(text), setUrl(''), setEvents(EVENTS), made()),
    );
  return (
    <form class="below" onSubmit={(event) => (event.preventDefault(), make())}>
      <div class="fields"><label class="wide">URL of a new webhook<input type="url" required maxLength={2000} placeholder="https://hooks.acme.example/seats" spellcheck={false} value={url} onInput={(event) => setUrl(event.currentTarget.value)} /></label></div>
      <fieldset class="below">
        <legend>Told of</legend>
        {EVENTS.map((one) => (
          <label key={one} class="choice">
            <input type="checkbox" checked={events.includes(one)} onChange={() => setEvents(EVENTS.filter((other) => (other === one ? !events.includes(one) : events.includes(other))))} /> {one}
          </label>
        ))}
      </fieldset>
      <button class="main" disabled={act.isBusy || events.length === 0}>Add it</button>
      <Problem of={act} />
      {secret === null ? null : <Secret title="The secret of the new webhook" secret={secret} use="Its receiver checks with it that events come from this server (Standard Webhooks)." close={() => setSecret(null)} />}
    </form>
  );
}

function Remove({ one, close, done }: { readonly one: Webhook; readonly close: () => void; readonly done: () => void }) {
  const { api, id } = useDesk();
  const act = useAct();
  return (
    <Dialog title="Remove this webhook?" close={close}>
      <p>{one.url} is told of nothing more, also not of what still waits for it.</p>
      <Problem of={act} />
      <div class="actions">
        <button onClick={close}>Keep it</button>
        <button class="danger" disabled={act.isBusy} onClick={() => act.run(() => api.ask('DELETE', path(id, `/webhooks/${one.id}`), nothing), done)}>Remove it</button>
      </div>
    </Dialog>
  );
}
