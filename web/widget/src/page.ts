/** The one file that touches the document. */

/** Tells what may have cut the line, or brought it back, while nobody looked. */
export function watchPage(tell: (what: 'online' | 'offline' | 'wake') => void): () => void {
  const ends = new AbortController();
  const { signal } = ends;
  addEventListener('online', () => tell('online'), { signal });
  addEventListener('offline', () => tell('offline'), { signal });
  addEventListener('pageshow', () => tell('wake'), { signal });
  document.addEventListener('resume', () => tell('wake'), { signal });
  const seen = (): void => {
    if (document.visibilityState === 'visible') tell('wake');
  };
  document.addEventListener('visibilitychange', seen, { signal });
  return () => ends.abort();
}

/** The parts of a drawn seat that change. */
export interface Drawing {
  readonly card: HTMLElement;
  readonly status: HTMLElement;
  readonly alert: HTMLElement;
  readonly ticking: HTMLElement;
  readonly code: HTMLElement;
  readonly form: HTMLFormElement;
  readonly label: HTMLElement;
  readonly input: HTMLInputElement;
  readonly submit: HTMLButtonElement;
  readonly actions: HTMLElement;
  /** What came of a press. */
  readonly said: HTMLElement;
  readonly summary: HTMLElement;
  readonly diagnostics: HTMLElement;
  readonly copy: HTMLButtonElement;
}

/** Draws the frame of a seat into `root`, once; the words come later. */
export function draw(root: ShadowRoot, css: string): Drawing {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const card = element('div', 'card');
  card.tabIndex = -1;
  const status = element('div', 'status');
  status.role = 'status';
  const alert = element('div', 'alert');
  alert.role = 'alert';
  const ticking = element('p', 'ticking');
  const code = element('p', 'code');
  const form = element('form', 'entry');
  const label = element('label');
  const input = element('input', 'input');
  const submit = element('button', 'button primary');
  input.autocomplete = 'off';
  input.id = 'entry';
  label.htmlFor = 'entry';
  form.append(label, input, submit);
  const actions = element('div', 'actions');
  const said = element('p', 'said');
  said.role = 'status';
  const details = element('details', 'diagnostics');
  const summary = element('summary');
  const diagnostics = element('pre');
  const copy = element('button', 'button');
  details.append(summary, diagnostics, copy);
  card.append(status, alert, ticking, code, form, actions, said, details);
  root.append(card);
  return { card, status, alert, ticking, code, form, label, input, submit, actions, said, summary, diagnostics, copy };
}

/** Title and text in a live region. What stands there already is not touched: it would be read out again. */
export function announce(region: HTMLElement, title: string, text: string): void {
  if (region.dataset['said'] === title + text) return;
  region.dataset['said'] = title + text;
  region.replaceChildren();
  if (!title) return;
  const [first, second] = [element('p', 'title'), element('p', 'text')];
  first.textContent = title;
  second.textContent = text;
  region.append(first, second);
}

export interface Button {
  readonly id: string;
  readonly label: string;
  readonly isPrimary: boolean;
  readonly press: () => void;
}

/** Buttons in a row; one that stays keeps the focus, one that goes leaves it to `fallback`. */
export function buttons(row: HTMLElement, wanted: readonly Button[], fallback: HTMLElement): void {
  const root = row.getRootNode();
  const focused = root instanceof ShadowRoot && row.contains(root.activeElement) ? root.activeElement : null;
  const present = new Map([...row.children].map((child) => [child.id, child]));
  const next = wanted.map(({ id, label, isPrimary, press }) => {
    const known = present.get(id);
    const button = known instanceof HTMLButtonElement ? known : element('button');
    button.id = id;
    button.setAttribute('part', isPrimary ? 'button primary' : 'button');
    if (button.textContent !== label) button.textContent = label;
    button.onclick = press;
    return button;
  });
  if (next.length !== row.children.length || next.some((button, place) => row.children[place] !== button)) {
    row.replaceChildren(...next);
  }
  if (focused instanceof HTMLElement) (next.find((button) => button === focused) ?? fallback).focus();
}

export const pageLanguage = (): string => document.documentElement.lang || navigator.language;

function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, part?: string): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (part) made.setAttribute('part', part);
  return made;
}
