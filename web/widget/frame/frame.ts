/** The frame page: one element, and the way to the page around it and to a window of its own. */

import type { SeatElement } from '../src/element';
import { languageOf } from '../src/language';
import { obey, readHostMessage, stateForHost } from '../src/host';
import type { SeatClient } from '../src/options';
import { readAddress, withTicket } from './address';

const WINDOW_LOOK_MS = 1_000;
const TOKEN_MS = 10_000;

const address = readAddress(location.search, location.hash);
const opener: Window | null = address.ticket === null ? null : window.opener;
const element = document.createElement('mirabridge-seat') as SeatElement;
element.setAttribute('url', `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/seat`);
element.setAttribute('org', address.org);
for (const [name, value] of address.attributes) element.setAttribute(name, value);
// The page itself says nothing, so its language is that of the element in it.
document.documentElement.lang = languageOf(element.lang || navigator.language);
let popUp: Window | null = null;

/** The page around, or the frame that opened this window: where to say something, and to whom exactly. */
const around: { readonly page: Window; readonly origin: string } | null =
  opener !== null
    ? { page: opener, origin: location.origin }
    : address.host !== null && window.parent !== window
      ? { page: window.parent, origin: address.host }
      : null;

if (address.asksForToken && around) element.token = () => tokenFrom(around);
element.openWindow = (ticket) => {
  const { pathname, search, hash } = location;
  popUp = window.open(pathname + search + withTicket(hash, ticket), 'mirabridge-seat', 'popup,width=400,height=360');
  followWindow();
};
if (opener && address.ticket !== null) {
  element.handover = { ticket: address.ticket, ask: (ticket, give) => askOpener(opener, ticket, give) };
  // A reload of this window resumes like any other page.
  history.replaceState(null, '', location.pathname + location.search + withTicket(location.hash, null));
}

addEventListener('message', (event) => {
  const { data, origin, source } = event;
  const { seat } = element;
  if (!seat) return;
  if (around && source === around.page && origin === around.origin) {
    const message = readHostMessage(data);
    if (message) obey(seat, message);
  }
  if (popUp && source === popUp && origin === location.origin) hearWindow(seat, popUp, data);
});

element.addEventListener('mirabridge-seat', () => {
  const { seat } = element;
  if (around && seat) around.page.postMessage(stateForHost(seat.state), around.origin);
});
document.querySelector('main')?.append(element);

/** Shows the ticket to the opener; what it answers is the session. */
function askOpener(page: Window, ticket: string, give: (credentials: unknown) => void): void {
  const hear = ({ data, origin, source }: MessageEvent): void => {
    if (source !== page || origin !== location.origin || data?.type !== 'mirabridge.handover') return;
    removeEventListener('message', hear);
    give(data.credentials);
  };
  addEventListener('message', hear);
  page.postMessage({ type: 'mirabridge.handover', ticket }, location.origin);
}

function hearWindow(seat: SeatClient, page: Window, data: { type?: unknown; ticket?: unknown; state?: unknown }): void {
  if (data?.type === 'mirabridge.handover' && typeof data.ticket === 'string') {
    seat.handOver(data.ticket, (credentials) => {
      page.postMessage({ type: 'mirabridge.handover', credentials }, location.origin);
    });
  }
  // Over there is over here: closing the window afterwards brings nothing back.
  if (data?.type === 'mirabridge.state' && data.state === 'over' && isInWindow(seat)) seat.logout();
}

/** When the window is closed, the seat comes back into the frame. */
function followWindow(): void {
  const page = popUp;
  const look = setInterval(() => {
    if (page && !page.closed) return;
    clearInterval(look);
    if (element.seat && isInWindow(element.seat)) element.seat.login();
  }, WINDOW_LOOK_MS);
}

const isInWindow = ({ state }: SeatClient): boolean => state.kind === 'elsewhere' && state.where === 'window';

function tokenFrom({ page, origin }: NonNullable<typeof around>): Promise<string> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(deadline);
      removeEventListener('message', hear);
    };
    const hear = (event: MessageEvent): void => {
      if (event.source !== page || event.origin !== origin) return;
      const message = readHostMessage(event.data);
      if (message?.type !== 'mirabridge.token') return;
      end();
      resolve(message.token);
    };
    const deadline = setTimeout(() => {
      end();
      reject(new Error('the page gave no token'));
    }, TOKEN_MS);
    addEventListener('message', hear);
    page.postMessage({ type: 'mirabridge.token_wanted' }, origin);
  });
}

