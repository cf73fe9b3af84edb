/** Who holds a seat, as far as the widgets on the page tell. */

/** How long the demonstration's server keeps a seat whose agent is gone. */
export const GRACE_MS = 60_000;

export interface Presence {
  readonly holds: boolean;
  /** Since when the line is lost; `null` where it is not. */
  readonly lostAt: number | null;
}

export const NOBODY: Presence = { holds: false, lostAt: null };

/** After a widget of this agent told `state` at `now`, in milliseconds. */
export function after(before: Presence, state: string, now: number): Presence {
  switch (state) {
    case 'active':
      return { holds: true, lostAt: null };
    case 'reconnecting':
      return { holds: before.holds, lostAt: before.lostAt ?? now };
    // A reload, a logout under way, another tab of the same agent: nothing has changed yet.
    case 'connecting':
    case 'leaving':
    case 'elsewhere':
      return before;
    default:
      return NOBODY;
  }
}

export const holdsAt = ({ holds, lostAt }: Presence, now: number): boolean => holds && (lostAt === null || now - lostAt < GRACE_MS);
