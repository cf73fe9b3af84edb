/** The administrators' page. */

import { render } from 'preact';
import { App } from './app';
import { browserWorld, root } from './browser';

render(<App world={browserWorld} />, root());
