/** A new increase, from a template. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { path, useDesk, useLive } from '../context';
import { Problem, useAct } from '../parts/act';
import { increase } from '../plans';
import { fromField, instantOf, length, local, midnight, rfc3339, toField } from '../words/time';

/** So many days after the first, from and to which hour of the first and the last. */
const TEMPLATES = {
  training: { name: 'Training, a day', days: 0, starts: 8, ends: 18, reason: 'Training' },
  event: { name: 'Event, three days', days: 2, starts: 6, ends: 22, reason: 'Event' },
  season: { name: 'Season, six weeks', days: 41, starts: 0, ends: 24, reason: 'Season' },
} as const;
type Template = keyof typeof TEMPLATES;

interface Props {
  readonly made: () => void;
  /** The midnight from which on it was asked for; `null`: it was not, and begins at `usual`. */
  readonly start: { readonly from: number } | null;
  readonly usual: number;
}

export function IncreaseForm({ made, start, usual }: Props) {
  const { api, id, me } = useDesk();
  const { zone } = useLive();
  const act = useAct();
  const first = useRef<HTMLSelectElement>(null);
  const filled = (template: Template): { readonly from: string; readonly until: string; readonly reason: string } => {
    const { days, starts, ends, reason } = TEMPLATES[template];
    const at = (day: number, hour: number): string => toField(instantOf({ ...local(midnight(start?.from ?? usual, zone, day), zone), hour }, zone), zone);
    return { from: at(0, starts), until: at(days, ends), reason };
  };
  const [template, setTemplate] = useState<Template>('training');
  const [seats, setSeats] = useState('10');
  const [wish, setWish] = useState(() => filled('training'));
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (start === null) return;
    setWish(filled(template));
    first.current?.focus();
  }, [start]);
  const [from, until] = [fromField(wish.from, zone), fromField(wish.until, zone)];
  const isGood = from !== null && until !== null && until > from && Number(seats) >= 1;
  const submit = (): void => {
    if (from === null || until === null) return;
    setSaid('');
    const body = { seats: Number(seats), from: rfc3339(from), until: rfc3339(until), ...(wish.reason.trim() === '' ? {} : { reason: wish.reason.trim() }) };
    act.run(
      () => api.ask('POST', path(id, '/increases'), increase, body),
      (one) => {
        setSaid(one.state === 'requested' ? '? Requested: an operator has to confirm it.' : '✓ Planned.');
        made();
      },
    );
  };
  return (
    <section class="panel" aria-labelledby="new-increase">
      <header><h2 id="new-increase">New increase</h2></header>
      <form class="fields" onSubmit={(event) => (event.preventDefault(), submit())}>
        <label>
          Template
          <select ref={first} value={template} onChange={(event) => {
            const chosen = event.currentTarget.value as Template;
            setTemplate(chosen);
            setWish(filled(chosen));
          }}>
            {Object.entries(TEMPLATES).map(([key, { name }]) => <option key={key} value={key}>{name}</option>)}
          </select>
        </label>
        <label>Seats on top<input type="number" min="1" max="1000000" required value={seats} onInput={(event) => setSeats(event.currentTarget.value)} /></label>
        <label>From<input type="datetime-local" required value={wish.from} onInput={(event) => setWish({ ...wish, from: event.currentTarget.value })} /></label>
        <label>Until<input type="datetime-local" required value={wish.until} onInput={(event) => setWish({ ...wish, until: event.currentTarget.value })} /></label>
        <label class="wide">Reason<input maxLength={200} value={wish.reason} onInput={(event) => setWish({ ...wish, reason: event.currentTarget.value })} /></label>
        <p class="muted wide">
          Times are of {zone}. {from !== null && until !== null && until > from ? `It lasts ${length(until - from)}.` : 'The end has to be after the beginning.'}{' '}
          {me.role === 'operator' ? '' : 'Beyond what your organization may start alone, an operator has to confirm it.'}
        </p>
        <div class="wide actions"><button class="main" disabled={!isGood || act.isBusy}>Plan it</button><span role="status">{said}</span></div>
      </form>
      <Problem of={act} />
    </section>
  );
}
