/** `<mirabridge-seat url="wss://…/v1/seat" org="acme">`: connects, shows the state, offers what can be done. */

import type { Handover, SeatClient, SeatOptions } from './options';
import { announce, buttons, draw, type Drawing, pageLanguage } from './page';
import { IDLE } from './state';
import { style } from './style';
import { type Texts, textsFor } from './texts';
import { type Action, isTicking, noteFor, viewOf } from './view';

/** Connects the elements of this page. */
let connect: ((options: SeatOptions) => SeatClient) | null = null;

/** Often enough that no second is skipped. */
const LOOK_MS = 500;

export class SeatElement extends HTMLElement {
  /** The connection; `null` while the element is in no page. */
  seat: SeatClient | null = null;
  /** Gives a signed token before each login. To be set before the element is in the page. */
  token: (() => Promise<string>) | undefined;
  handover: Handover | undefined;
  /** Opens a window of the seat's own; without it there is no such button. */
  openWindow: ((ticket: string) => void) | undefined;
  /** Words to replace some of the catalogue's. */
  texts: Partial<Texts> = {};
  readonly #drawing: Drawing;
  #entering = false;
  #unsubscribe: () => void = nothing;
  #timer = 0;

  constructor() {
    super();
    this.#drawing = draw(this.attachShadow({ mode: 'open' }), style);
    const { form, input, copy, summary } = this.#drawing;
    form.onsubmit = (event) => {
      event.preventDefault();
      this.#entering = false;
      this.seat?.login({ handoff: input.value.trim().toUpperCase() });
      input.value = '';
    };
    copy.onclick = () => this.#copy(this.#diagnostics());
    summary.onclick = () => this.refresh();
  }

  connectedCallback(): void {
    // Tests of the looks set a seat of their own.
    this.seat ??= connect?.(this.#options()) ?? null;
    this.#unsubscribe = this.seat?.subscribe((state) => {
      this.#drawing.said.textContent = '';
      this.refresh();
      this.dispatchEvent(new CustomEvent('mirabridge-seat', { detail: state, bubbles: true, composed: true }));
    }) ?? nothing;
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.seat?.dispose();
    this.seat = null;
  }

  /** Draws the present moment. */
  refresh(): void {
    clearTimeout(this.#timer);
    const state = this.seat?.state ?? IDLE;
    const texts = this.#texts();
    const view = viewOf(state, texts, Date.now());
    const { card, status, alert, ticking, code, form, label, submit, actions, summary, diagnostics, copy, input } = this.#drawing;
    card.dataset['tone'] = view.tone;
    announce(view.urgent ? status : alert, '', '');
    announce(view.urgent ? alert : status, view.title, view.text);
    ticking.textContent = view.ticking;
    code.textContent = view.code;
    const entering = this.#entering && view.actions.includes('code');
    form.hidden = !entering;
    label.textContent = texts.codeLabel;
    submit.textContent = texts.doLogin;
    // Without locks nobody could say which of the two has the session.
    const opens = this.openWindow && this.seat?.diagnostics().locks;
    const offered = view.actions.filter((id) => id !== 'window' || opens);
    const row = offered.map((id, place) => ({
      id,
      label: texts[labels[id]],
      isPrimary: place === 0 && forward.includes(id),
      press: () => this.#act(id),
    }));
    buttons(actions, row, card);
    if (entering && !input.value) input.focus();
    summary.textContent = texts.diagnostics;
    diagnostics.textContent = this.#diagnostics();
    copy.textContent = texts.doCopy;
    if (isTicking(state)) this.#timer = window.setTimeout(() => this.refresh(), LOOK_MS);
  }

  #act(action: Action): void {
    const { seat } = this;
    if (!seat) return;
    this.#entering = action === 'code' && !this.#entering;
    switch (action) {
      case 'login':
      case 'retry':
      case 'use_here':
        return seat.login();
      case 'wait':
        return seat.login({ wait: true });
      case 'logout':
      case 'leave':
        return seat.logout();
      case 'handoff':
        return seat.requestHandoff();
      case 'cancel':
        return seat.cancelHandoff();
      case 'window': {
        const ticket = seat.ticket();
        return ticket === null ? undefined : this.openWindow?.(ticket);
      }
      case 'note': {
        const time = new Date().toLocaleTimeString(this.#language(), { hour: '2-digit', minute: '2-digit' });
        return this.#copy(noteFor(seat.state, this.#texts(), time));
      }
      case 'code':
        return this.refresh();
    }
  }

  #copy(text: string): void {
    const say = (words: string): void => {
      this.#drawing.said.textContent = words;
    };
    // Where a policy keeps pages from the clipboard, the text is shown to be copied by hand.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (!clipboard) return say(text);
    clipboard.writeText(text).then(() => say(this.#texts().copied), () => say(text));
  }

  #diagnostics(): string {
    const entries = Object.entries(this.seat?.diagnostics() ?? {});
    return entries.map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(' ') : String(value)}`).join('\n');
  }

  #language(): string {
    return this.lang || pageLanguage();
  }

  #texts(): Texts {
    return { ...textsFor(this.#language()), ...this.texts };
  }

  #options(): SeatOptions {
    const text = (name: string): string | undefined => this.getAttribute(name) ?? undefined;
    const [url, key, agent] = [text('url'), text('key'), text('agent')];
    return {
      url: url ?? '/v1/seat',
      org: text('org') ?? '',
      auto: !this.hasAttribute('manual'),
      wait: this.hasAttribute('wait'),
      ...(key === undefined ? {} : { key }),
      ...(agent === undefined ? {} : { agent }),
      ...(this.token ? { token: this.token } : {}),
      ...(this.handover ? { handover: this.handover } : {}),
    };
  }
}

const nothing = (): void => undefined;

/** What leads on to work; a logout is never the button that stands out. */
const forward: readonly Action[] = ['login', 'retry', 'wait', 'use_here', 'code'];

const labels = {
  login: 'doLogin',
  retry: 'doRetry',
  wait: 'doWait',
  logout: 'doLogout',
  leave: 'doLeave',
  use_here: 'doUseHere',
  window: 'doWindow',
  handoff: 'doHandoff',
  cancel: 'doCancel',
  note: 'doNote',
  code: 'doCode',
} as const satisfies Readonly<Record<Action, keyof Texts>>;

/** Makes the element known to the page, once. `connectSeat` is the client's. */
export function defineSeatElement(connectSeat: (options: SeatOptions) => SeatClient): void {
  connect = connectSeat;
  if (!customElements.get('mirabridge-seat')) customElements.define('mirabridge-seat', SeatElement);
}
