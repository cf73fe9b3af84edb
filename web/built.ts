import { execFileSync } from 'node:child_process';

/** Before the tests: what is served is built of the sources as they are. */
export function setup(): void {
  execFileSync(`${import.meta.dirname}/../scripts/web`, { stdio: 'inherit' });
}
