// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { watchPage } from '../src/page';

test('whatever may have cut the line or brought it back unseen is told, until nobody listens', () => {
  const told: string[] = [];
  const stop = watchPage((what) => told.push(what));
  let visibility = 'hidden';
  Object.defineProperty(document, 'visibilityState', { get: () => visibility, configurable: true });
  const happen = (): void => {
    for (const name of ['offline', 'online', 'pageshow', 'pagehide']) dispatchEvent(new Event(name));
    for (const name of ['freeze', 'resume', 'visibilitychange']) document.dispatchEvent(new Event(name));
  };
  happen();
  expect(told).toEqual(['offline', 'online', 'wake', 'wake']);
  visibility = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(told.at(-1)).toBe('wake');
  stop();
  happen();
  expect(told.length).toBe(5);
});
