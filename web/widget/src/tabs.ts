/**
 * Which tab of a browser may connect. One Web Lock elects it, a BroadcastChannel tells the others.
 * Pure: what happened goes in, the next value and effects come out.
 *
 * Whoever waits for the lock knows the session from the leader's words, in memory: when the leader's
 * tab is closed, the next one resumes and takes no second seat.
 */

import type { Effects } from './effects';
import type { Credentials, Ending } from './memory';
import type { TabMessage } from './tabs/message';
import type { Where } from './state';

export interface Tabs {
  readonly role:
    | 'apart' // nobody wants a seat here, or a window of its own has it
    | 'asking' // in line for the lock, asking who is there
    | 'follower'
    | 'promoting' // the leader is gone; it may be reloading
    | 'taking' // has asked the leader for the session
    | 'leader';
  readonly hasLocks: boolean;
  readonly me: string;
  /** The lock is ours. */
  readonly locked: boolean;
  /** The time to ask is over. */
  readonly asked: boolean;
  /** Somebody held the lock when this tab came. */
  readonly wasHeld: boolean;
  /** The session as far as it is known here. */
  readonly known: Credentials | null;
  /** Of the window that was opened to take the session over: good once. */
  readonly ticket: string | null;
}

export type TabsInput =
  | { readonly on: 'begin'; readonly own: Credentials | null }
  /** In a window that its opener hands the session to. */
  | { readonly on: 'begin_window'; readonly ticket: string }
  | { readonly on: 'locked' | 'unavailable' | 'unlocked' | 'denied' | 'role_timer' | 'use_here' }
  | { readonly on: 'said'; readonly message: TabMessage }
  | { readonly on: 'ticket'; readonly ticket: string }
  /** A window of our own origin shows its ticket. */
  | { readonly on: 'handover'; readonly ticket: string }
  /** The session has these credentials. */
  | { readonly on: 'seated'; readonly credentials: Credentials }
  | { readonly on: 'ended'; readonly ending: Ending };

export type TabsEffect =
  | { readonly do: 'lock'; readonly how: 'queue' | 'if_available' | 'steal' }
  | { readonly do: 'unlock' }
  | { readonly do: 'say'; readonly message: TabMessage }
  | { readonly do: 'role_timer'; readonly ms: number | null }
  /** Asks the window that opened this one, and answers one that was opened here. */
  | { readonly do: 'ask_opener'; readonly ticket: string }
  | { readonly do: 'hand_over'; readonly credentials: Credentials | null }
  | { readonly do: 'lead'; readonly credentials: Credentials | null }
  | { readonly do: 'yield'; readonly where: Where }
  | { readonly do: 'over'; readonly ending: Ending }
  | { readonly do: 'keep' }
  /** A person has logged out in another tab. */
  | { readonly do: 'leave' };

/** Whoever is there answers within this time. */
const ASK_MS = 150;
/** A lock that is held by a tab that does not answer is waited for so long. */
const SILENT_MS = 1_000;
/** A leader that reloads has so long to come back. */
const PROMOTE_MS = 3_000;
/** A leader that is asked for the session gives it within this time, or is frozen. */
const TAKE_MS = 1_500;

export const newTabs = (me: string, hasLocks: boolean): Tabs => ({
  role: 'apart',
  hasLocks,
  me,
  locked: false,
  asked: false,
  wasHeld: false,
  known: null,
  ticket: null,
});

export function stepTabs(tabs: Tabs, input: TabsInput, effects: Effects<TabsEffect>): Tabs {
  switch (input.on) {
    case 'begin':
      return begin(tabs, input.own, effects);
    case 'begin_window':
      return beginWindow(tabs, input.ticket, effects);
    case 'locked':
      return locked({ ...tabs, locked: true }, effects);
    case 'unavailable':
      return unavailable(tabs, effects);
    case 'unlocked':
      return tabs.locked ? letGo(tabs, effects) : tabs;
    case 'denied':
      return tabs.role === 'apart' || tabs.role === 'leader' ? tabs : lead({ ...tabs, hasLocks: false }, effects);
    case 'role_timer':
      return timer(tabs, effects);
    case 'use_here':
      return take(tabs, effects);
    case 'said':
      return hear(tabs, input.message, effects);
    case 'ticket':
      return { ...tabs, ticket: input.ticket };
    case 'handover':
      return handOver(tabs, input.ticket, effects);
    case 'seated': {
      const next = { ...tabs, known: input.credentials };
      say(next, { say: 'here', from: tabs.me, credentials: input.credentials }, effects);
      return next;
    }
    case 'ended':
      say(tabs, { say: 'over', from: tabs.me, ending: input.ending }, effects);
      return apart(tabs, effects);
  }
}

function begin(tabs: Tabs, own: Credentials | null, effects: Effects<TabsEffect>): Tabs {
  if (!tabs.hasLocks) {
    effects.push({ do: 'lead', credentials: own });
    return { ...tabs, role: 'leader', known: own };
  }
  const next: Tabs = { ...tabs, role: 'asking', asked: false, wasHeld: false, known: own ?? tabs.known };
  say(next, { say: 'hello', from: tabs.me, credentials: own }, effects);
  effects.push({ do: 'lock', how: 'if_available' }, { do: 'role_timer', ms: ASK_MS });
  return next;
}

function beginWindow(tabs: Tabs, ticket: string, effects: Effects<TabsEffect>): Tabs {
  effects.push({ do: 'ask_opener', ticket }, { do: 'role_timer', ms: TAKE_MS });
  if (tabs.hasLocks) effects.push({ do: 'lock', how: 'queue' });
  return { ...tabs, role: 'taking', asked: false };
}

function unavailable(tabs: Tabs, effects: Effects<TabsEffect>): Tabs {
  if (tabs.role === 'promoting') return follow(becomeFollower(tabs, 'tab', effects), effects);
  // The leader's word may have come first, or a person's click.
  const stays = tabs.role === 'asking' || tabs.role === 'follower' || tabs.role === 'taking';
  if (stays) effects.push({ do: 'lock', how: 'queue' });
  return { ...tabs, wasHeld: true };
}

function locked(tabs: Tabs, effects: Effects<TabsEffect>): Tabs {
  switch (tabs.role) {
    case 'asking':
      if (tabs.known) return lead(tabs, effects);
      return tabs.wasHeld ? promote(tabs, effects) : tabs;
    case 'taking':
      return tabs.known || tabs.asked ? lead(tabs, effects) : tabs;
    case 'promoting':
      return lead(tabs, effects);
    case 'follower':
      return promote(tabs, effects);
    case 'leader':
      return tabs;
    case 'apart':
      effects.push({ do: 'unlock' });
      return { ...tabs, locked: false };
  }
}

/** The leader is gone, perhaps only for a reload: the lock lies free meanwhile. */
function promote(tabs: Tabs, effects: Effects<TabsEffect>): Tabs {
  effects.push({ do: 'unlock' }, { do: 'role_timer', ms: PROMOTE_MS });
  return { ...tabs, role: 'promoting', locked: false };
}

function timer(tabs: Tabs, effects: Effects<TabsEffect>): Tabs {
  switch (tabs.role) {
    case 'asking':
      if (tabs.locked) return lead(tabs, effects);
      if (tabs.asked) return becomeFollower(tabs, 'tab', effects);
      effects.push({ do: 'role_timer', ms: SILENT_MS });
      return { ...tabs, asked: true };
    case 'promoting':
      effects.push({ do: 'lock', how: 'if_available' });
      return tabs;
    case 'taking':
      if (!tabs.hasLocks || (tabs.locked && tabs.known)) return lead(tabs, effects);
      // Without the session's secret a seat taken here might be a second one.
      if (!tabs.known) return tabs.locked ? promote(tabs, effects) : becomeFollower(tabs, 'silent', effects);
      effects.push({ do: 'lock', how: 'steal' });
      return { ...tabs, asked: true };
    case 'apart':
    case 'follower':
    case 'leader':
      return tabs;
  }
}

function hear(tabs: Tabs, message: TabMessage, effects: Effects<TabsEffect>): Tabs {
  const { role } = tabs;
  switch (message.say) {
    case 'hello':
      if (role === 'leader') say(tabs, { say: 'here', from: tabs.me, credentials: tabs.known }, effects);
      else if (tabs.known && (role === 'follower' || role === 'promoting')) {
        say(tabs, { say: 'known', from: tabs.me, credentials: tabs.known }, effects);
      }
      return message.credentials ? learn(tabs, message.credentials, effects) : tabs;
    case 'known':
      return learn(tabs, message.credentials, effects);
    case 'here': {
      if (role === 'leader' || role === 'apart') return tabs;
      const next = { ...tabs, known: message.credentials ?? tabs.known };
      return role === 'asking' && !tabs.locked ? becomeFollower(next, 'tab', effects) : next;
    }
    case 'follow':
      if (role === 'leader') effects.push({ do: 'keep' });
      return tabs;
    case 'take':
      if (role !== 'leader' || !tabs.hasLocks) return tabs;
      say(tabs, { say: 'yours', from: tabs.me, to: message.from, credentials: tabs.known }, effects);
      return letGo(tabs, effects);
    case 'yours':
      return message.to === tabs.me ? given(tabs, message.credentials, effects) : tabs;
    case 'over':
      if (role === 'leader') effects.push({ do: 'leave' });
      if (role === 'apart' || role === 'leader') return tabs;
      effects.push({ do: 'over', ending: message.ending });
      return apart(tabs, effects);
  }
}

/** A session that a tab without one may go on with. */
function learn(tabs: Tabs, credentials: Credentials, effects: Effects<TabsEffect>): Tabs {
  if (tabs.known || tabs.role === 'leader' || tabs.role === 'apart') return tabs;
  const next = { ...tabs, known: credentials };
  return tabs.role === 'asking' && tabs.locked ? lead(next, effects) : next;
}

/** The leader, or the opener, has given the session away to this tab. */
function given(tabs: Tabs, credentials: Credentials | null, effects: Effects<TabsEffect>): Tabs {
  if (tabs.role !== 'taking') return tabs;
  const next = { ...tabs, known: credentials ?? tabs.known, asked: true };
  return next.locked || !next.hasLocks ? lead(next, effects) : next;
}

function take(tabs: Tabs, effects: Effects<TabsEffect>): Tabs {
  if (tabs.role !== 'follower' && tabs.role !== 'promoting') return tabs;
  if (tabs.role === 'promoting') effects.push({ do: 'lock', how: 'queue' });
  say(tabs, { say: 'take', from: tabs.me }, effects);
  effects.push({ do: 'role_timer', ms: TAKE_MS });
  return { ...tabs, role: 'taking', asked: false };
}

/** The window may live beside other locks and other channels than a frame, so nobody waits for its lock. */
function handOver(tabs: Tabs, ticket: string, effects: Effects<TabsEffect>): Tabs {
  if (tabs.role !== 'leader' || !tabs.hasLocks || ticket !== tabs.ticket) return tabs;
  effects.push({ do: 'hand_over', credentials: tabs.known }, { do: 'yield', where: 'window' }, { do: 'unlock' });
  return { ...tabs, role: 'apart', locked: false, ticket: null };
}

function lead(tabs: Tabs, effects: Effects<TabsEffect>): Tabs {
  effects.push({ do: 'role_timer', ms: null }, { do: 'lead', credentials: tabs.known });
  const next: Tabs = { ...tabs, role: 'leader' };
  say(next, { say: 'here', from: tabs.me, credentials: tabs.known }, effects);
  return next;
}

/** The session goes on in another tab; back into the line for the lock. */
function letGo(tabs: Tabs, effects: Effects<TabsEffect>): Tabs {
  effects.push({ do: 'unlock' });
  return follow(becomeFollower({ ...tabs, locked: false }, 'tab', effects), effects);
}

/** What this tab's storage holds is a copy, or was given away. */
function becomeFollower(tabs: Tabs, where: Where, effects: Effects<TabsEffect>): Tabs {
  effects.push({ do: 'yield', where }, { do: 'role_timer', ms: null });
  say(tabs, { say: 'follow', from: tabs.me }, effects);
  return { ...tabs, role: 'follower', asked: false };
}

function follow(tabs: Tabs, effects: Effects<TabsEffect>): Tabs {
  effects.push({ do: 'lock', how: 'queue' });
  return { ...tabs, role: 'follower' };
}

function apart(tabs: Tabs, effects: Effects<TabsEffect>): Tabs {
  if (tabs.role === 'apart') return tabs;
  effects.push({ do: 'role_timer', ms: null });
  if (tabs.hasLocks) effects.push({ do: 'unlock' });
  return { ...tabs, role: 'apart', locked: false, known: null, ticket: null };
}

function say(tabs: Tabs, message: TabMessage, effects: Effects<TabsEffect>): void {
  if (tabs.hasLocks) effects.push({ do: 'say', message });
}
