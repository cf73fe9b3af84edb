/** The demonstration: several agents side by side, each in a frame as a host page would hold it. */

import { after, holdsAt, NOBODY, type Presence } from './presence';

const port = document.body.dataset['widgetPort'];
const widgets = `${location.protocol}//${location.hostname}:${port}`;
const LOOK_MS = 1_000;
/** Enough for what a card says at most. */
const FRAME_HEIGHT = 330;
/** Enough for one that is active elsewhere, or takes the session over. */
const SECOND_HEIGHT = 200;

const trials = [
  {
    what: 'lose',
    label: 'Lose the line',
    told: 'The network is gone. The seat is kept for a minute, and nobody else gets it.',
    end: 'Line is back',
    endTold: 'The widget comes back by itself: the same session, the same seat.',
  },
  {
    what: 'freeze',
    label: 'Freeze',
    told: 'The page stands still, as in a sleeping tab. The server keeps the seat.',
    end: 'Thaw',
    endTold: 'The page goes on where it was.',
  },
] as const;

interface Agent {
  presence: Presence;
  readonly frames: Set<HTMLIFrameElement>;
}

for (const place of document.querySelectorAll<HTMLElement>('.agents')) {
  const { org, agents: count, seats } = place.dataset;
  const agents = Array.from({ length: Number(count) }, (): Agent => ({ presence: NOBODY, frames: new Set() }));
  agents.forEach((agent, index) => place.append(boxOf(agent, org ?? '', index + 1)));
  place.before(seatsOf(agents, Number(seats)));
}

/** A dot for each seat. */
function seatsOf(agents: readonly Agent[], count: number): HTMLElement {
  const row = make('p', 'seats');
  const dots = Array.from({ length: count }, () => make('span', 'seat'));
  const words = make('span');
  row.append(...dots, words);
  const look = (): void => {
    const taken = agents.filter(({ presence }) => holdsAt(presence, Date.now())).length;
    dots.forEach((dot, place) => dot.classList.toggle('taken', place < taken));
    const text = `${taken} of ${count} seats are taken by the agents on this page`;
    if (words.textContent !== text) words.textContent = text;
  };
  addEventListener('message', ({ data, origin, source }) => {
    if (origin !== widgets || data?.type !== 'mirabridge.state') return;
    const agent = agents.find(({ frames }) => [...frames].some((frame) => frame.contentWindow === source));
    if (!agent) return;
    agent.presence = after(agent.presence, String(data.state), Date.now());
    look();
  });
  setInterval(look, LOOK_MS);
  look();
  return row;
}

function boxOf(agent: Agent, org: string, number: number): HTMLElement {
  const box = make('article', 'agent');
  const title = make('h3');
  title.textContent = `Agent ${number}`;
  const frame = frameOf(agent, org, number, title.textContent);
  const told = make('p');
  told.role = 'status';
  const tell = (text: string): void => {
    told.textContent = text;
  };
  tell('Press a button, and see what becomes of the seat.');
  const buttons = make('div', 'buttons');
  for (const { what, label, told: text, end, endTold } of trials) {
    const button = press(label, () => {
      const begins = button.textContent === label;
      button.textContent = begins ? end : label;
      tell(begins ? text : endTold);
      say(frame, { type: 'demo', what: begins ? what : 'mend' });
    });
    buttons.append(button);
  }
  buttons.append(
    press('Reload', () => {
      tell('The page is loaded again: the same session, the same seat.');
      say(frame, { type: 'demo', what: 'reload' });
    }),
    press('Duplicate', () => {
      tell('A second tab of the same agent takes no second seat. “Use here” moves the session.');
      const second = frameOf(agent, org, number, `${title.textContent}, second tab`);
      second.height = String(SECOND_HEIGHT);
      const close = press('Close the second tab', () => {
        tell('The first tab is as it was.');
        agent.frames.delete(second);
        second.remove();
        close.remove();
      });
      frame.after(second, close);
    }),
    press('Log out', () => {
      tell('The seat is free at once.');
      say(frame, { type: 'mirabridge.logout' });
    }),
  );
  const trial = make('div', 'trials');
  trial.append(buttons, told);
  box.append(title, trial, frame);
  return box;
}

function frameOf(agent: Agent, org: string, number: number, title: string): HTMLIFrameElement {
  const frame = make('iframe');
  const hidden = new URLSearchParams({ host: location.origin, agent: String(number) });
  frame.src = `${widgets}/widget/demo-frame.html?org=${encodeURIComponent(org)}#${hidden}`;
  frame.title = title;
  frame.height = String(FRAME_HEIGHT);
  frame.allow = 'clipboard-write';
  agent.frames.add(frame);
  return frame;
}

function say(frame: HTMLIFrameElement, message: object): void {
  frame.contentWindow?.postMessage(message, widgets);
}

function press(label: string, act: () => void): HTMLButtonElement {
  const button = make('button');
  button.type = 'button';
  button.textContent = label;
  button.onclick = act;
  return button;
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, className = ''): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return made;
}
