/** Follows Genesys Cloud's client-app SDK where the host uses it. Not a dependency: the host passes its `lifecycle`. */

import type { SeatClient } from './options';

/** The part of the SDK's lifecycle that matters here. */
export interface GenesysLifecycle {
  addStopListener(listener: () => void, once?: boolean): void;
  addFocusListener(listener: () => void, once?: boolean): void;
  stopped(): void;
}

/** `stop` is a logout, and the SDK is told when it is done; `focus` checks the line. */
export function followGenesys(lifecycle: GenesysLifecycle, seat: SeatClient): void {
  lifecycle.addFocusListener(() => seat.wake());
  lifecycle.addStopListener(() => {
    seat.logout();
    let isTold = false;
    seat.subscribe((state) => {
      if (isTold || state.kind !== 'over') return;
      isTold = true;
      lifecycle.stopped();
    });
  }, true);
}
