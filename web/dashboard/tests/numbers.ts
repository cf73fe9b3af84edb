/** An organization as the server tells it. */

export const told = (id: string, change: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  id,
  name: id,
  time_zone: 'Europe/Berlin',
  policy: 'block',
  managed_by: 'file',
  limit: { total: 50, base: 30, increases: 20 },
  in_use: 41,
  connected: 38,
  in_grace: 3,
  unresponsive: 1,
  on_call: 12,
  free: 9,
  over_allocation: 0,
  waiting: 0,
  peak_today: { seats: 47, at: '2026-01-05T09:12:00Z' },
  refused_last_hour: 2,
  ...change,
});

/** A usage item that begins at `from`. */
export const interval = (from: string, to: string, peak: number, change: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  from,
  to,
  peak,
  low: 0,
  mean: peak,
  limit: 50,
  seat_seconds: peak * 1800,
  logins: 1,
  logouts: 1,
  purges: 0,
  resumes: 0,
  terminated: 0,
  refusals: 0,
  waited: 0,
  demand_peak: peak,
  lost: 0,
  ...change,
});
