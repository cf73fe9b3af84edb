import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const isLong = process.env['MIRABRIDGE_LONG'] === '1';

/** The file that only waits, for longer than all others take, begins before them. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const waits = ({ moduleId }: TestSpecification): number => Number(moduleId.endsWith('/hidden.browser.ts'));
    return (await super.sort(files)).sort((one, other) => waits(other) - waits(one));
  }
}

export default defineConfig({
  test: {
    include: ['*/browser/**/*.browser.ts'],
    environment: 'node',
    globalSetup: './built.ts',
    // Most of the time is waiting, for graces and heartbeats.
    maxWorkers: 4,
    // A worker loads the driver of the browser once, not for each file.
    isolate: false,
    sequence: { sequencer: WaitingFirst },
    testTimeout: isLong ? 720_000 : 150_000,
    hookTimeout: 60_000,
    // A machine that others use, too, may take a second for what takes an instant.
    expect: { poll: { timeout: 5_000 } },
  },
});
