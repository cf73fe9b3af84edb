/** The element as one script, to be loaded after the client's. */

import type * as Client from './index';
import { defineSeatElement } from './element';

declare const MiraBridgeSeat: typeof Client;

defineSeatElement(MiraBridgeSeat.connectSeat);
