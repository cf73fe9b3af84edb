import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const web = new URL('../../', import.meta.url).pathname;

test('the script has at most 8 KB, gzipped, and no file asks for another host', () => {
  execFileSync(`${web}../scripts/web`);
  const read = (name: string): Buffer => readFileSync(`${web}dist/widget/${name}`);
  expect(gzipSync(read('seat.js'), { level: 9 }).length).toBeLessThanOrEqual(8_192);
  expect(gzipSync(read('element.js'), { level: 9 }).length).toBeLessThanOrEqual(8_192);
  for (const name of ['seat.js', 'element.js', 'frame.js', 'frame.html', 'frame.css']) {
    expect(read(name).toString(), name).not.toMatch(/https?:\/\/\w/);
  }
  const page = read('frame.html').toString();
  expect(page).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=/);
}, 60_000);
