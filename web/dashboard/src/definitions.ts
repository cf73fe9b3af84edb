/** One number has one definition, wherever it is shown. */

export const DEFINITIONS = {
  inUse: 'Sessions that hold a seat: connected ones and those in grace.',
  free: 'The limit less the seats in use, never below 0.',
  limit: 'What may be in use: the base, and temporary increases that run now.',
  waiting: 'Agents in the waiting line: they get a seat as soon as one is free.',
  refused: 'Logins of the last 60 minutes that were refused for want of a seat. Tries of one attempt count once.',
  inGrace: 'Sessions whose connection is gone. Their seat is kept for a while, so that a reload loses nothing.',
  unresponsive: 'Connected sessions whose page does not answer: asleep, or frozen. They hold their seat.',
  onCall: 'Sessions whose agent is in a call, as their widget says.',
  peakToday: 'The highest number of seats in use since midnight in the organization’s time zone.',
  peak: 'The highest number of seats in use in the stretch, for however short a time.',
  atPeak: 'How long the peak lasted, all its moments together.',
  held: 'The highest number of seats at or above which 30 minutes were spent in total.',
  logins: 'Sessions that took a seat.',
  refusals: 'Logins that were refused for want of a seat. Tries of one attempt within an hour count once.',
  enough: 'The smallest number of seats that was enough for this share of the time with at least one seat in use.',
  seatHours: 'The sum over all sessions of the time that each held its seat.',
  drops: 'Connections that went without a goodbye, by 100 hours of sessions.',
  resumed: 'Sessions taken up again, of these and those whose grace ran out.',
} as const;

export type Defined = keyof typeof DEFINITIONS;
