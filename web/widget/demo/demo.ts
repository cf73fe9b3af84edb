/** The demonstration: several agents side by side, each in a frame as a host page would hold it. */

const port = document.body.dataset['widgetPort'];
const widgets = `${location.protocol}//${location.hostname}:${port}`;

const troubles = [
  { what: 'lose', label: 'Lose the line', end: 'Line is back' },
  { what: 'freeze', label: 'Freeze', end: 'Thaw' },
] as const;

for (const place of document.querySelectorAll<HTMLElement>('.agents')) {
  const { org, agents } = place.dataset;
  for (let number = 1; number <= Number(agents); number++) place.append(agent(org ?? '', number));
}

function agent(org: string, number: number): HTMLElement {
  const box = make('article', 'agent');
  const title = make('h3');
  title.textContent = `Agent ${number}`;
  const frame = frameOf(org, number, title.textContent);
  const buttons = make('div', 'buttons');
  for (const { what, label, end } of troubles) {
    const button = press(label, () => {
      const begins = button.textContent === label;
      button.textContent = begins ? end : label;
      say(frame, { type: 'demo', what: begins ? what : 'mend' });
    });
    buttons.append(button);
  }
  buttons.append(
    press('Reload', () => say(frame, { type: 'demo', what: 'reload' })),
    press('Duplicate', () => {
      const second = frameOf(org, number, `${title.textContent}, second tab`);
      box.append(second, press('Close the second', (close) => [second, close].forEach((each) => each.remove())));
    }),
    press('Log out', () => say(frame, { type: 'mirabridge.logout' })),
  );
  box.append(title, frame, buttons);
  return box;
}

function frameOf(org: string, number: number, title: string): HTMLIFrameElement {
  const frame = make('iframe');
  const hidden = new URLSearchParams({ host: location.origin, agent: String(number) });
  frame.src = `${widgets}/widget/demo-frame.html?org=${encodeURIComponent(org)}#${hidden}`;
  frame.title = title;
  frame.allow = 'clipboard-write';
  return frame;
}

function say(frame: HTMLIFrameElement, message: object): void {
  frame.contentWindow?.postMessage(message, widgets);
}

function press(label: string, act: (button: HTMLButtonElement) => void): HTMLButtonElement {
  const button = make('button');
  button.type = 'button';
  button.textContent = label;
  button.onclick = () => act(button);
  return button;
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, className = ''): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return made;
}

export {};
