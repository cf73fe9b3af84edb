import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const web = new URL('../../', import.meta.url).pathname;

test('the script has at most 8 KB, gzipped, and no file asks for another host', () => {
  const read = (name: string): Buffer => readFileSync(`${web}dist/widget/${name}`);
  expect(gzipSync(read('seat.js'), { level: 9 }).length).toBeLessThanOrEqual(8_192);
  expect(gzipSync(read('element.js'), { level: 9 }).length).toBeLessThanOrEqual(8_192);
  for (const name of ['seat.js', 'element.js', 'frame.js', 'frame.html', 'frame.css']) {
    expect(read(name).toString(), name).not.toMatch(/https?:\/\/\w/);
  }
  const page = read('frame.html').toString();
  expect(page).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=/);
}, 60_000);

test('every door of the package leads to a file, and the client loads where there is no document', async () => {
  execFileSync(`${web}node_modules/.bin/tsc`, ['-p', `${web}tsconfig.types.json`]);
  const { exports, dependencies } = JSON.parse(readFileSync(`${web}package.json`, 'utf8')) as {
    readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    readonly dependencies?: object;
  };
  const doors = Object.values(exports).flatMap((door) => (typeof door === 'string' ? [door] : Object.values(door)));
  expect(doors.length).toBe(5);
  for (const door of doors) expect(existsSync(`${web}${door}`), door).toBe(true);
  expect(dependencies).toBeUndefined();
  const client = (await import(/* @vite-ignore */ `${web}dist/widget/seat.mjs`)) as { readonly connectSeat: unknown };
  expect(typeof client.connectSeat).toBe('function');
}, 60_000);
