/** A list of credentials: made here, shown once, revoked here. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Answer, nothing } from '../api';
import { mayManage, useDesk, useLive } from '../context';
import { type Fields, fields, instant, maybe, paged, text } from '../door';
import { Problem, useAct } from '../parts/act';
import { useAsked } from '../parts/asked';
import { Dialog } from '../parts/dialog';
import { Panel } from '../parts/panel';
import { date } from '../words/time';
import { Secret } from './secret';

interface Credential {
  readonly id: string;
  readonly label: string | null;
  readonly role: string | null;
  readonly org: string | null;
  readonly managedBy: string;
  readonly madeAt: number | null;
}

const credential = (value: unknown): Credential => {
  const from: Fields = fields(value);
  return {
    id: text(from, 'id'),
    label: maybe(from, 'label', text),
    role: maybe(from, 'role', text),
    org: maybe(from, 'org', text),
    managedBy: maybe(from, 'managed_by', text) ?? 'api',
    madeAt: maybe(from, 'made_at', instant),
  };
};

interface Props {
  readonly title: string;
  /** "key" or "token": also the field of the answer that has the secret. */
  readonly word: 'key' | 'token';
  readonly path: string;
  readonly none: string;
  readonly use: string;
  readonly revoking: string;
  /** More fields of the form, and what they add to the body. */
  readonly more?: ComponentChildren;
  readonly body: (label: string) => Readonly<Record<string, unknown>>;
}

export function Credentials({ title, word, path, none, use, revoking, more, body }: Props) {
  const { api, me } = useDesk();
  const { zone } = useLive();
  const [asked, again] = useAsked(() => api.all(path, paged(credential), 2_000), [path]);
  const [label, setLabel] = useState('');
  const [secret, setSecret] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<Credential | null>(null);
  const act = useAct();
  const make = (): void =>
    act.run(
      (): Promise<Answer<string>> => api.ask('POST', path, (value) => text(fields(value), word), body(label.trim())),
      (made) => {
        setSecret(made);
        setLabel('');
        again();
      },
    );
  const hasRoles = word === 'token';
  return (
    <Panel title={title} asked={asked}>
      {(page) => (
        <>
          {page.items.length === 0 ? (
            <p>○ {none}</p>
          ) : (
            <div class="scroll" tabIndex={0} role="group" aria-label={title}>
              <table>
                <thead>
                  <tr><th scope="col">Label</th>{hasRoles ? <th scope="col">Role</th> : null}<th scope="col">From</th><th scope="col">Made</th>{mayManage(me) ? <th scope="col"><span class="unseen">Revoke</span></th> : null}</tr>
                </thead>
                <tbody>
                  {page.items.map((one) => (
                    <tr key={one.id}>
                      <td>{one.label ?? '–'}</td>
                      {hasRoles ? <td>{one.role}{one.org === null ? '' : ` of ${one.org}`}</td> : null}
                      <td>{one.managedBy === 'file' ? 'the configuration file' : 'here'}</td>
                      <td>{one.madeAt === null ? '–' : date(one.madeAt, zone)}</td>
                      {mayManage(me) ? <td>{one.managedBy === 'file' ? null : <button onClick={() => setLeaving(one)}>Revoke…</button>}</td> : null}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {mayManage(me) ? (
            <form class="inline" onSubmit={(event) => (event.preventDefault(), make())}>
              <label>Label <input required maxLength={200} value={label} onInput={(event) => setLabel(event.currentTarget.value)} /></label>
              {more}
              <button class="main" disabled={act.isBusy}>Make a {word}</button>
            </form>
          ) : null}
          <Problem of={act} />
          {secret === null ? null : <Secret title={`The new ${word}`} secret={secret} use={use} close={() => setSecret(null)} />}
          {leaving === null ? null : <Revoke word={word} one={leaving} path={path} revoking={revoking} close={() => setLeaving(null)} done={() => (setLeaving(null), again())} />}
        </>
      )}
    </Panel>
  );
}

function Revoke({ word, one, path, revoking, close, done }: { readonly word: string; readonly one: Credential; readonly path: string; readonly revoking: string; readonly close: () => void; readonly done: () => void }) {
  const { api } = useDesk();
  const act = useAct();
  return (
    <Dialog title={`Revoke the ${word} “${one.label ?? one.id}”?`} close={close}>
      <p>{revoking}</p>
      <Problem of={act} />
      <div class="actions">
        <button onClick={close}>Cancel</button>
        <button class="danger" disabled={act.isBusy} onClick={() => act.run(() => api.ask('DELETE', `${path}/${one.id}`, nothing), done)}>Revoke it</button>
      </div>
    </Dialog>
  );
}
