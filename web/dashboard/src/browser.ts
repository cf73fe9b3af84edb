/** The real world: the only file that touches the document and the tab's storage. */

import type { World } from './world';

const TOKEN = 'mirabridge-admin-token';

export const root = (): HTMLElement => {
  const found = document.getElementById('page');
  if (!found) throw new Error('the page has no place for itself');
  return found;
};

/** A storage that is switched off keeps nothing: the token is then asked for again. */
function attempt<T>(act: () => T, otherwise: T): T {
  try {
    return act();
  } catch {
    return otherwise;
  }
}

export const browserWorld: World = {
  fetch: (input, init) => fetch(input, init),
  random: Math.random,
  now: () => ({ ticks: performance.now(), wall: Date.now() }),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    }),
  everySecond: (act) => {
    const timer = setInterval(act, 1000);
    return () => clearInterval(timer);
  },
  token: {
    read: () => attempt(() => sessionStorage.getItem(TOKEN), null),
    keep: (token) => attempt(() => sessionStorage.setItem(TOKEN, token), undefined),
    forget: () => attempt(() => sessionStorage.removeItem(TOKEN), undefined),
  },
  hash: {
    read: () => location.hash,
    write: (hash, replace) => {
      if (!replace) location.hash = hash;
      else {
        history.replaceState(null, '', hash);
        dispatchEvent(new HashChangeEvent('hashchange'));
      }
    },
    watch: (act) => {
      addEventListener('hashchange', act);
      return () => removeEventListener('hashchange', act);
    },
  },
  title: (title) => {
    document.title = title;
  },
  isDark: {
    read: () => matchMedia('(prefers-color-scheme: dark)').matches,
    watch: (act) => {
      const query = matchMedia('(prefers-color-scheme: dark)');
      query.addEventListener('change', act);
      return () => query.removeEventListener('change', act);
    },
  },
  save: (name, type, text) => {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  },
  copy: (text) =>
    navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    ) ?? Promise.resolve(false),
};
