/** What is said before there is advice. */

import { type Fields, number } from '../door';
import { several } from '../words/numbers';

export interface TooEarly {
  readonly kind: 'too early';
  readonly daysKnown: number;
  readonly daysToGo: number;
}

export const tooEarly = (from: Fields): TooEarly => ({ kind: 'too early', daysKnown: number(from, 'days_known'), daysToGo: number(from, 'days_to_go') });

export const Early = ({ of }: { readonly of: TooEarly }) => (
  <p>○ Advice starts after two weeks of record: {several(of.daysKnown, 'day')} {of.daysKnown === 1 ? 'is' : 'are'} known, {several(of.daysToGo, 'day')} to go.</p>
);
