/** Runs an agent in a world: carries out effects, feeds back what happens. Decides nothing. */

import { type Agent, type AgentEffect, type AgentInput, newAgent, stepAgent } from './agent';
import { type Memory, NOTHING, readCredentials, readMemory } from './memory';
import type { Diagnostics, SeatClient, SeatOptions } from './options';
import type { SeatMessage } from './seat/model';
import type { SeatState } from './state';
import { readTabMessage } from './tabs/message';
import { type ClientMessage, readServerMessage } from './wire';
import type { Channel, Line, World } from './world';

export const SUBPROTOCOL = 'mirabridge.seat.v1';
export const VERSION = '0.1.0';

/** How many close codes the diagnostics show. */
const CLOSES = 8;

export function runSeat(options: SeatOptions, world: World): SeatClient {
  const name = ['mirabridge.seat', options.url, options.org, options.agent ?? ''].join(' ');
  const listeners = new Set<(state: SeatState) => void>();
  const timers = new Map<string, () => void>();
  const closes: number[] = [];
  // Locks without a way to talk to the others would only shut them out.
  const locks = world.channel && world.locks;
  let storage = world.storage;
  let releases: (() => void)[] = [];
  let line: Line | null = null;
  let token: string | undefined;
  let give: ((credentials: unknown) => void) | null = null;
  let disposed = false;
  let agent: Agent = newAgent(recall(), {
    me: world.uuid(),
    hasLocks: locks !== null,
    auto: options.auto ?? true,
    patient: options.wait ?? false,
  });

  const channel: Channel | null =
    locks && world.channel
      ? world.channel(name, (data) => {
          const message = readTabMessage(data);
          if (message) tabs({ on: 'said', message });
        })
      : null;
  const unwatch = world.watchPage((what) => seat({ on: 'page', what }));

  function happen(input: AgentInput): void {
    if (disposed) return;
    const before = agent.seat.state;
    const effects: AgentEffect[] = [];
    agent = stepAgent(agent, input, { ...world.now(), random: world.random, uuid: world.uuid }, effects);
    for (const effect of effects) carryOut(effect);
    const { state } = agent.seat;
    if (state !== before) for (const listener of [...listeners]) listener(state);
  }

  const seat = (input: Extract<AgentInput, { readonly to: 'seat' }>['input']): void => happen({ to: 'seat', input });
  const tabs = (input: Extract<AgentInput, { readonly to: 'tabs' }>['input']): void => happen({ to: 'tabs', input });

  function carryOut(effect: AgentEffect): void {
    switch (effect.do) {
      case 'open':
        return open(effect.socket, effect.login);
      case 'send':
        return line?.send(JSON.stringify(complete(effect.message)));
      case 'drop':
        line?.close();
        line = null;
        return;
      case 'timer':
        return setTimer(effect.name, effect.ms, () => seat({ on: 'timer', name: effect.name }));
      case 'role_timer':
        return setTimer('role', effect.ms, () => tabs({ on: 'role_timer' }));
      case 'keep':
        return memorize(effect.memory);
      case 'lock':
        if (effect.how === 'steal') release();
        if (locks) releases.push(locks.request(name, effect.how, (on) => tabs({ on })));
        return;
      case 'unlock':
        return release();
      case 'say':
        return channel?.post(effect.message);
      case 'ask_opener':
        return options.handover?.ask(effect.ticket, (value) => {
          const credentials = readCredentials(value);
          const to = agent.tabs.me;
          tabs({ on: 'said', message: { say: 'yours', from: '', to, credentials } });
        });
      case 'hand_over':
        return give?.(effect.credentials);
    }
  }

  function open(socket: number, login: boolean): void {
    line?.close();
    line = null;
    token = undefined;
    if (!login || !options.token) return connect(socket);
    const fail = (): void => seat({ on: 'closed', socket, code: 1006 });
    options.token().then((given) => {
      token = given;
      if (!disposed && agent.seat.socket === socket) connect(socket);
    }, fail);
  }

  function connect(socket: number): void {
    line = world.connect(options.url, SUBPROTOCOL, {
      opened: () => seat({ on: 'opened', socket }),
      heard: (data) => seat({ on: 'heard', socket, message: readServerMessage(data) }),
      closed: (code) => {
        if (agent.seat.socket === socket) closes.push(code);
        if (closes.length > CLOSES) closes.shift();
        seat({ on: 'closed', socket, code });
      },
    });
  }

  function complete(message: SeatMessage): ClientMessage {
    const { org, key } = options;
    if (message.type === 'resume') return { ...message, org, heartbeat: true };
    if (message.type !== 'login') return message;
    const { handoff, ...login } = message;
    return {
      ...login,
      org,
      heartbeat: true,
      ...(key === undefined ? {} : { key }),
      ...(token === undefined ? {} : { token }),
      ...(handoff === null ? {} : { handoff }),
    };
  }

  function setTimer(timer: string, ms: number | null, run: () => void): void {
    timers.get(timer)?.();
    timers.delete(timer);
    if (ms !== null) timers.set(timer, world.after(ms, run));
  }

  function release(): void {
    const all = releases;
    releases = [];
    for (const give of all) give();
  }

  function recall(): Memory {
    try {
      return readMemory(storage?.getItem(name) ?? null);
    } catch {
      storage = null;
      return NOTHING;
    }
  }

  function memorize(memory: Memory): void {
    try {
      if (memory === NOTHING) storage?.removeItem(name);
      else storage?.setItem(name, JSON.stringify(memory));
    } catch {
      storage = null;
    }
  }

  function diagnostics(): Diagnostics {
    const { state, memory, phase, pulse, offline } = agent.seat;
    return {
      version: VERSION,
      state: state.kind,
      session: memory.credentials?.session.slice(0, 6) ?? null,
      role: agent.tabs.role,
      tries: memory.tries,
      closes: [...closes],
      heardAgoMs: phase === 'seat' || phase === 'line' ? Math.round(world.now().mono - pulse.heard.mono) : null,
      storage: storage ? 'session' : 'memory',
      locks: agent.tabs.hasLocks,
      channel: world.channel !== null,
      offline,
    };
  }

  happen({ on: 'start', ticket: options.handover?.ticket ?? null });

  return {
    get state() {
      return agent.seat.state;
    },
    login: ({ wait = false, handoff } = {}) => seat({ on: 'login', wait, code: handoff ?? null }),
    logout: () => seat({ on: 'logout' }),
    setOnCall: (onCall) => seat({ on: 'status', onCall }),
    requestHandoff: () => seat({ on: 'handoff' }),
    cancelHandoff: () => seat({ on: 'cancel_handoff' }),
    wake: () => seat({ on: 'page', what: 'wake' }),
    ticket: () => {
      if (agent.tabs.role !== 'leader' || !agent.tabs.hasLocks) return null;
      const ticket = world.uuid();
      tabs({ on: 'ticket', ticket });
      return ticket;
    },
    handOver: (ticket, answer) => {
      give = answer;
      tabs({ on: 'handover', ticket });
      give = null;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      listener(agent.seat.state);
      return () => listeners.delete(listener);
    },
    diagnostics,
    dispose: () => {
      disposed = true;
      line?.close();
      for (const cancel of timers.values()) cancel();
      release();
      channel?.close();
      unwatch();
    },
  };
}
