import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*/tests/**/*.test.ts'],
    environment: 'node',
    globalSetup: './built.ts',
    maxWorkers: 2,
  },
});
