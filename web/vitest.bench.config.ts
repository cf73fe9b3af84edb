import { defineConfig } from 'vitest/config';

/** What is measured, and not judged: `scripts/bench-dashboard`. */
export default defineConfig({
  test: {
    include: ['dashboard/bench/*.bench.ts'],
    environment: 'node',
    globalSetup: './built.ts',
    testTimeout: 900_000,
    hookTimeout: 300_000,
    disableConsoleIntercept: true,
  },
});
