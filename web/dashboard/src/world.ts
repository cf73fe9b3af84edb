/** What the page needs of its surroundings. `browser.ts` is the real one. */

import type { LineWorld } from './live/line';
import type { Moment } from './live/feed';

export interface World extends LineWorld {
  readonly now: () => Moment;
  /** Calls at each full second or so; returns what stops it. */
  readonly everySecond: (act: () => void) => () => void;
  readonly token: { readonly read: () => string | null; readonly keep: (token: string) => void; readonly forget: () => void };
  readonly hash: { readonly read: () => string; readonly write: (hash: string, replace: boolean) => void; readonly watch: (act: () => void) => () => void };
  readonly title: (title: string) => void;
  readonly isDark: { readonly read: () => boolean; readonly watch: (act: () => void) => () => void };
  readonly save: (name: string, type: string, text: string) => void;
  readonly copy: (text: string) => Promise<boolean>;
}
