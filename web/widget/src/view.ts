/** How a state looks to a person, in words. Pure: texts and the time are passed in. */

import { coolsFor } from './memory';
import type { SeatState } from './state';
import { fill, type Texts } from './texts';

/** What a person can do. */
export type Action =
  | 'login'
  | 'retry'
  | 'wait'
  | 'logout'
  | 'leave'
  | 'use_here'
  | 'window'
  | 'handoff'
  | 'cancel'
  | 'note'
  | 'code';

export interface View {
  /** Fine, under way, off, or at rest. */
  readonly tone: 'good' | 'busy' | 'off' | 'rest';
  /** Read out at once, or when there is time. */
  readonly urgent: boolean;
  readonly title: string;
  readonly text: string;
  /** Changes every second; not read out. */
  readonly ticking: string;
  readonly code: string;
  readonly actions: readonly Action[];
}

type Pair = readonly [string, string];
type Tone = View['tone'];
type Active = Extract<SeatState, { readonly kind: 'active' }>;
type Refused = Extract<SeatState, { readonly kind: 'refused' }>;

/** So long an interruption shows nothing: most are over by then. */
export const UNSEEN_MS = 2_000;

/** `nowMs` in milliseconds since 1970. */
export function viewOf(state: SeatState, texts: Texts, nowMs: number): View {
  const left = (at: number): number => Math.max(0, Math.ceil((at - nowMs) / 1_000));
  switch (state.kind) {
    case 'idle':
      return view('rest', texts.idle, ['login', 'code']);
    case 'connecting':
      return view('busy', texts.connecting, ['logout']);
    case 'active':
      return active(state, texts, left);
    case 'waiting': {
      const { position, estimateS, notices } = state;
      const words = [texts.waiting[1], fill(texts.position, { n: position })];
      if (notices.some((one) => one.state === 'in_progress' && one.new_logins === 'refused')) words.push(texts.held);
      else if (estimateS !== null) words.push(fill(texts.estimate, { n: Math.ceil(estimateS / 60) }));
      return view('busy', [texts.waiting[0], words.join(' ')], ['leave']);
    }
    case 'refused':
      return refused(state, texts, left);
    case 'reconnecting': {
      if (nowMs - state.since < UNSEEN_MS) return view('good', texts.active, ['logout']);
      // Rounded down: a promise.
      const n = Math.floor((state.keptUntil - nowMs) / 1_000);
      const ticking = n > 0 ? fill(texts.kept, { n }) : texts.trying;
      return { ...view('busy', state.offline ? texts.offline : texts.reconnecting, ['logout']), ticking };
    }
    case 'elsewhere':
      return view('rest', texts[state.where], ['use_here']);
    case 'leaving':
      return view('busy', texts.leaving, []);
    case 'over':
      return over(state.reason, Math.ceil(coolsFor(state.loginAt, nowMs) / 1_000), texts);
    case 'failed': {
      const [title, text] = texts.failed;
      return { ...view('off', [title, fill(text, { n: state.code })], ['retry']), urgent: true };
    }
  }
}

/** Whether the view changes while the state does not. */
export const isTicking = (state: SeatState): boolean =>
  state.kind === 'reconnecting' ||
  (state.kind === 'refused' && state.againAt !== null) ||
  (state.kind === 'over' && state.loginAt > 0) ||
  (state.kind === 'active' && (!!state.ending || typeof state.handoff === 'object'));

function active(state: Active, texts: Texts, left: (at: number) => number): View {
  const { ending, handoff, notices } = state;
  if (ending) {
    const ticking = ending.at === null ? texts.endsAfterCall : fill(texts.endsIn, { n: left(ending.at) });
    return { ...view('off', texts.ending, ['logout']), urgent: true, ticking };
  }
  if (handoff && typeof handoff === 'object' && left(handoff.until) > 0) {
    const ticking = fill(texts.codeFor, { n: left(handoff.until) });
    return { ...view('good', texts.code, ['cancel', 'logout']), code: handoff.code, ticking };
  }
  const actions: readonly Action[] = ['window', 'handoff', 'logout'];
  const [notice] = notices;
  if (!notice) return view('good', handoff === 'not_available' ? texts.codeNone : texts.active, actions);
  const [title, text] = notice.state === 'scheduled' ? texts.planned : texts.underWay;
  return view('good', [title, notice.message ? `${text} ${notice.message}` : text], actions);
}

function refused(state: Refused, texts: Texts, left: (at: number) => number): View {
  const { againAt, automatic, code } = state;
  const n = againAt === null ? 0 : left(againAt);
  const ticking = n > 0 ? fill(automatic ? texts.backIn : texts.seatIn, { n }) : '';
  switch (code) {
    case 'seats_exhausted':
      return exhausted(state, texts, ticking);
    case 'maintenance':
      return { ...view('busy', texts.maintenance, ['code']), ticking };
    case 'no_allocation':
      return { ...view('off', texts.no_allocation, ['retry', 'note']), urgent: true };
    case 'handoff_invalid':
      return { ...view('off', texts.handoff_invalid, ['code', 'login']), urgent: true };
    default:
      if (automatic) return { ...view('busy', texts.busy, []), ticking };
      return { ...view('off', texts.forbidden, ['retry']), urgent: true };
  }
}

/** Whoever wanted to wait and could not is told so, and not offered it again. */
function exhausted({ waited }: Refused, texts: Texts, ticking: string): View {
  const [title, text] = texts.seats_exhausted;
  const words: Pair = [title, waited ? `${text} ${texts.noLine}` : text];
  const actions: readonly Action[] = waited ? ['retry', 'note', 'code'] : ['wait', 'retry', 'note', 'code'];
  return { ...view('off', words, actions), urgent: true, ticking };
}

function over(reason: string, n: number, texts: Texts): View {
  const words = { terminated: texts.terminated, handed_off: texts.handed_off, unresponsive: texts.unresponsive };
  const pair = reason in words ? words[reason as keyof typeof words] : texts.logout;
  if (n > 0) return { ...view('off', pair, []), urgent: true, ticking: fill(texts.loginIn, { n }) };
  return { ...view('rest', pair, ['login', 'code']), urgent: reason === 'terminated' };
}

const view = (tone: Tone, [title, text]: Pair, actions: readonly Action[]): View => ({
  tone,
  urgent: false,
  title,
  text,
  ticking: '',
  code: '',
  actions,
});

/** A note that an agent may send on: the time and the numbers, nobody's name. */
export function noteFor(state: SeatState, texts: Texts, time: string): string {
  const limit = state.kind === 'refused' && state.code === 'seats_exhausted' ? state.seats?.limit : undefined;
  const why = limit === undefined ? texts.noteOther : fill(texts.noteFull, { n: limit });
  return fill(texts.note, { time, why });
}
