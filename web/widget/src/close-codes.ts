/** Close codes, and who may come back after which. */

const byName: Readonly<Record<string, number>> = {
  logout: 1000,
  draining: 1012,
  overloaded: 1013,
  login_timeout: 4008,
  session_gone: 4010,
  too_slow: 4012,
  rate_limited: 4029,
  maintenance: 4053,
  bad_message: 4500,
  unauthorized: 4501,
  origin_not_allowed: 4503,
  superseded: 4509,
  terminated: 4540,
  handed_off: 4541,
  unresponsive: 4543,
  seats_exhausted: 4550,
  no_allocation: 4551,
  handoff_invalid: 4552,
};

/** The close code that follows a message with this code or reason, or 0 where it is unknown. */
export const closeCodeOf = (name: string): number => (Object.hasOwn(byName, name) ? (byName[name] ?? 0) : 0);

/** The short name of a close code; of an unknown one, its number. */
export const nameOf = (code: number): string =>
  Object.keys(byName).find((name) => byName[name] === code) ?? String(code);

/** Whether a client may come back by itself: the ranges of the contract, so that a code made later is obeyed, too. */
export const comesBack = (code: number): boolean =>
  code >= 4000 ? code < 4500 : ![1000, 1002, 1003, 1007, 1009, 1010].includes(code);
