import { defineConfig } from 'vitest/config';

const isLong = process.env['MIRABRIDGE_LONG'] === '1';

export default defineConfig({
  test: {
    include: ['*/browser/**/*.browser.ts'],
    environment: 'node',
    globalSetup: './built.ts',
    // Most of the time is waiting, for graces and heartbeats.
    maxWorkers: 4,
    testTimeout: isLong ? 720_000 : 150_000,
    hookTimeout: 60_000,
  },
});
