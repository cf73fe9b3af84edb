/** When somebody is called: the rules of an organization, and what they come to in seats. */

import { useEffect, useState } from 'preact/hooks';
import { mayManage, path, useDesk, useLive } from '../context';
import { Problem, useAct } from '../parts/act';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { differences } from '../settings/shape';
import { several } from '../words/numbers';
import { type Level, left, reached } from './levels';
import { another, body, clash, type Rules, rules, USUAL } from './rules';

/** The longest time, in seconds: a day. */
const DAY_S = 86_400;

export function AlertRules() {
  const { api, id } = useDesk();
  const [asked, again] = useAsked(() => api.get(path(id, '/alerts'), rules), [id]);
  const version = asked.kind === 'here' ? asked.version : null;
  return (
    <Panel title="Alert rules" asked={asked}>
      {(found) => <Form before={found} version={version} again={again} />}
    </Panel>
  );
}

function Form({ before, version, again }: { readonly before: Rules; readonly version: string | null; readonly again: () => void }) {
  const { api, id, me } = useDesk();
  const [wish, setWish] = useState(before);
  const [said, setSaid] = useState('');
  const act = useAct();
  useEffect(() => setWish(before), [before]);
  const set = (change: Partial<Rules>): void => (setWish({ ...wish, ...change }), setSaid(''));
  const changed = differences(body(before), body(wish));
  const wrong = clash(wish.levels);
  const isSame = Object.keys(changed).length === 0;
  const may = mayManage(me);
  const put = (wanted: object, words: string): void =>
    act.run(
      async () => {
        const answer = await api.ask('PUT', path(id, '/alerts'), rules, wanted, version);
        if (answer.kind === 'refused' && answer.status === 412) again();
        return answer;
      },
      () => (setSaid(words), again()),
    );
  const number = (value: number, name: keyof Rules, most: number) => (
    <input type="number" min="1" max={most} disabled={!may} required value={String(value)} onInput={(event) => set({ [name]: Number(event.currentTarget.value) })} />
  );
  return (
    <form onSubmit={(event) => (event.preventDefault(), put(changed, '✓ Saved.'))}>
      <Levels of={wish} may={may} set={(levels) => set({ levels })} />
      <p class="problem" role="alert">{wrong === null ? '' : `✕ ${wrong}`}</p>
      <div class="fields below">
        <label>Or so many people were refused{number(wish.refusals, 'refusals', 1_000_000)}</label>
        <label>within so many seconds{number(wish.refusalsWithinS, 'refusalsWithinS', DAY_S)}</label>
        <label>Or somebody waits in line for more seconds than{number(wish.longWaitS, 'longWaitS', DAY_S)}</label>
        <label class="choice"><input type="checkbox" disabled={!may} checked={wish.calls} onChange={(event) => set({ calls: event.currentTarget.checked })} /> Webhooks are told; otherwise incidents are only kept here</label>
        <p class="muted wide">
          Besides, always: an increase that is needed ends within a week, then within a day; a fifth of the lines, five at least, were lost at once.{' '}
          {before.managedBy === 'file' ? 'The shares stand in the configuration file and are changed there; their times can be changed here.' : ''}
        </p>
      </div>
      {may ? (
        <div class="actions below">
          <button class="main" disabled={isSame || wrong !== null || act.isBusy}>Save</button>
          <button type="button" disabled={act.isBusy} onClick={() => put(USUAL, '✓ The usual rules hold.')}>The usual rules</button>
          <span role="status">{said}</span>
        </div>
      ) : null}
      <Problem of={act} />
    </form>
  );
}

interface LevelsProps {
  readonly of: Rules;
  readonly may: boolean;
  readonly set: (levels: readonly Level[]) => void;
}

function Levels({ of: { levels, managedBy }, may, set }: LevelsProps) {
  const { organization } = useLive();
  const limit = organization?.limit.total ?? 0;
  const isFixed = !may || managedBy === 'file';
  const change = (place: number, how: Partial<Level>): void => set(levels.map((one, at) => (at === place ? { ...one, ...how } : one)));
  const seats = (number: number, beyond: string): string => (limit === 0 ? '–' : `${several(number, 'seat')} and ${beyond}`);
  return (
    <>
      <div class="scroll" tabIndex={0} role="group" aria-label="Levels">
        <table class="levels">
          <thead>
            <tr>
              <th scope="col">Called from, in %</th><th scope="col">which is</th><th scope="col">for so many seconds</th>
              <th scope="col">Over at, in %</th><th scope="col">which is</th><th scope="col">for so many seconds</th>
              {isFixed ? null : <th scope="col"><span class="unseen">Remove</span></th>}
            </tr>
          </thead>
          <tbody>
            {levels.map((one, place) => {
              const { percent, holdS, clearPercent, clearHoldS } = one;
              const name = `level ${place + 1}`;
              const field = (label: string, value: number, least: number, most: number, how: (value: number) => Partial<Level>, isOff = !may) => (
                <input type="number" aria-label={`${label}, ${name}`} min={least} max={most} required disabled={isOff} value={String(value)} onInput={(event) => change(place, how(Number(event.currentTarget.value)))} />
              );
              return (
                <tr key={place}>
                  <td>{field('Called from', percent, 1, 100, (value) => ({ percent: value, clearPercent: value >= 100 ? null : (clearPercent ?? Math.max(0, value - 5)) }), isFixed)}</td>
                  <td>{seats(reached(percent, limit), 'more')}</td>
                  <td>{field('Held for', holdS, 0, DAY_S, (value) => ({ holdS: value }))}</td>
                  <td>{clearPercent === null ? 'a free seat' : field('Over at', clearPercent, 0, percent - 1, (value) => ({ clearPercent: value }))}</td>
                  <td>{seats(left(one, limit), 'fewer')}</td>
                  <td>{field('Left for', clearHoldS, 0, DAY_S, (value) => ({ clearHoldS: value }))}</td>
                  {isFixed ? null : <td><button type="button" aria-label={`Remove ${name}`} disabled={levels.length === 1} onClick={() => set(levels.filter((_, at) => at !== place))}>Remove</button></td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {isFixed ? null : <button type="button" class="below" disabled={levels.length === 20} onClick={() => set([...levels, another(levels)])}>Add a level</button>}
    </>
  );
}
