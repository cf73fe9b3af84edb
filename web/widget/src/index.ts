/** MiraBridge Seats: the client. As an ES module and, with the global name `MiraBridgeSeat`, as one script. */

import { browserWorld } from './browser';
import { runSeat } from './connect-seat';
import type { SeatClient, SeatOptions } from './options';

export { followGenesys, type GenesysLifecycle } from './genesys';
export type { Diagnostics, LoginOptions, SeatClient, SeatOptions } from './options';
export type { SeatState } from './state';

/** Connects this tab to a seat of `options.org`, and keeps it through reloads, losses and sleep. */
export const connectSeat = (options: SeatOptions): SeatClient => runSeat(options, browserWorld());
