/** A tab's part in one agent's seat: the election among the tabs and the line, composed. Pure. */

import type { Effects } from './effects';
import { type Memory, NOTHING } from './memory';
import type { Moment } from './moment';
import { newSeat, type Seat, type SeatEffect, type SeatInput, step } from './seat';
import { newTabs, stepTabs, type Tabs, type TabsEffect, type TabsInput } from './tabs';

export interface Agent {
  readonly seat: Seat;
  readonly tabs: Tabs;
}

export type AgentInput =
  /** The page is there. `ticket`: its opener hands a session over to this window. */
  | { readonly on: 'start'; readonly ticket: string | null }
  | { readonly to: 'seat'; readonly input: SeatInput }
  | { readonly to: 'tabs'; readonly input: TabsInput };

export type AgentEffect = SeatEffect | Exclude<TabsEffect, { readonly do: 'lead' | 'yield' | 'over' | 'keep' | 'leave' }>;

export interface AgentSetting {
  readonly me: string;
  readonly hasLocks: boolean;
  /** Log in without a person's click. */
  readonly auto: boolean;
  /** Stay in line when no seat is free. */
  readonly patient: boolean;
}

export const newAgent = (memory: Memory, { me, hasLocks, auto, patient }: AgentSetting): Agent => ({
  seat: newSeat(memory, { auto, patient }),
  tabs: newTabs(me, hasLocks),
});

export function stepAgent(agent: Agent, input: AgentInput, now: Moment, effects: Effects<AgentEffect>): Agent {
  if ('to' in input) {
    if (input.to === 'seat') return settle(agent, order(agent, input.input, now, effects), now, effects);
    if (asksForSession(input.input) && isUndecided(agent.seat)) return agent;
    return settle(agent, toTabs(agent, input.input, now, effects), now, effects);
  }
  const { ticket } = input;
  if (ticket !== null) {
    // The window's storage is a copy of its opener's.
    const seat = { ...newSeat(NOTHING, { auto: true, patient: agent.seat.patient }), state: { kind: 'connecting', since: now.wall } as const };
    return toTabs({ ...agent, seat }, { on: 'begin_window', ticket }, now, effects);
  }
  if (!agent.seat.wants) return agent;
  const seat: Seat = { ...agent.seat, state: { kind: 'connecting', since: now.wall } };
  return toTabs({ ...agent, seat }, { on: 'begin', own: seat.memory.credentials }, now, effects);
}

const asksForSession = (input: TabsInput): boolean =>
  input.on === 'handover' || (input.on === 'said' && input.message.say === 'take');

/** A login is under way: given away, it could come to a seat here and to another one there. */
const isUndecided = ({ phase, memory }: Seat): boolean => phase !== 'rest' && !memory.credentials;

/** A login in a tab that does not lead is the wish to lead. */
function order(agent: Agent, input: SeatInput, now: Moment, effects: Effects<AgentEffect>): Agent {
  if (input.on === 'login' && (agent.tabs.role === 'follower' || agent.tabs.role === 'promoting')) {
    const seat: Seat = { ...agent.seat, state: { kind: 'connecting', since: now.wall } };
    return toTabs({ ...agent, seat }, { on: 'use_here' }, now, effects);
  }
  const seat = step(agent.seat, input, now, effects);
  const { ended } = seat.memory;
  // A logout in a tab that does not lead is one in all.
  if (input.on === 'logout' && !seat.leading && ended) {
    return toTabs({ ...agent, seat }, { on: 'ended', ending: ended }, now, effects);
  }
  const begins = input.on === 'login' && seat.wants && agent.tabs.role === 'apart';
  if (!begins) return { ...agent, seat };
  return toTabs({ ...agent, seat }, { on: 'begin', own: seat.memory.credentials }, now, effects);
}

function toTabs(agent: Agent, input: TabsInput, now: Moment, effects: Effects<AgentEffect>): Agent {
  const told: TabsEffect[] = [];
  const tabs = stepTabs(agent.tabs, input, told);
  let { seat } = agent;
  for (const effect of told) {
    if (effect.do === 'lead') seat = step(seat, { on: 'lead', credentials: effect.credentials }, now, effects);
    else if (effect.do === 'yield') seat = step(seat, { on: 'yield', where: effect.where }, now, effects);
    else if (effect.do === 'over') seat = step(seat, { on: 'over', ending: effect.ending }, now, effects);
    else if (effect.do === 'leave') seat = step(seat, { on: 'logout' }, now, effects);
    else if (effect.do === 'keep') seat = step(seat, { on: 'keep' }, now, effects);
    else effects.push(effect);
  }
  return { seat, tabs };
}

/** Tells the tabs what has become of the seat, until nothing is new. */
function settle(before: Agent, agent: Agent, now: Moment, effects: Effects<AgentEffect>): Agent {
  const { seat, tabs } = agent;
  const { credentials, ended } = seat.memory;
  if (seat.leading && ended && ended.reason !== 'superseded') {
    const apart = toTabs(agent, { on: 'ended', ending: ended }, now, effects);
    return { ...apart, seat: { ...apart.seat, leading: false } };
  }
  if (seat.leading && credentials && credentials.secret !== tabs.known?.secret) {
    return toTabs(agent, { on: 'seated', credentials }, now, effects);
  }
  if (seat.leading && !credentials && before.seat.memory.credentials) {
    // The server says that the session is gone: nobody shall try it again.
    return { ...agent, tabs: { ...tabs, known: null } };
  }
  return agent;
}
