import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { counts, open, press, reads, said, seatPage, sees, sessionOf, violations } from './browser';
import { scene } from './scene';

const stage = scene('[[organization]]\nid = "acme"\nseats = 2\nwaiting_line = { max = 5 }\n[[organization]]\nid = "small"\nseats = 1\n');

const agent = (org: string, name: string): Promise<Page> => open(stage.context, seatPage(stage.server.origin, org, name));
const code = (page: Page): Promise<string> => page.locator('[part=code]').innerText();

test('a line is served in order: each knows its place and about how long, and gets a seat without a click', async () => {
  const [ann, ben] = await Promise.all([agent('acme', 'ann'), agent('acme', 'ben')]);
  await sees(ann, 'Active');
  await sees(ben, 'Active');
  const cem = await agent('acme', 'cem');
  await sees(cem, 'No seat is free');
  await press(cem, 'Wait for a seat');
  await sees(cem, 'Waiting for a seat');
  await reads(cem, /You are number 1 in line\./);
  const dan = await open(stage.context, `${seatPage(stage.server.origin, 'acme', 'dan')}&wait`);
  await reads(dan, /You are number 2 in line\./);
  await counts(stage.server, 'acme', { in_use: 2, connected: 2 });

  // Ben's seat is in its grace, so that it is known when it will be free.
  await ben.close();
  await counts(stage.server, 'acme', { in_use: 2, in_grace: 1 });
  await press(ann, 'Log out');

  await sees(cem, 'Active');
  await reads(dan, /You are number 1 in line\. About 1 min\./);
  await sees(ann, 'Logged out');
  await counts(stage.server, 'acme', { in_use: 2, connected: 1, in_grace: 1 });
  await sees(dan, 'Active');
  await counts(stage.server, 'acme', { in_use: 2, connected: 2 });
});

test('a page that reloads in the line is in it again, and one that leaves it stays out', async () => {
  const [ann, ben] = await Promise.all([agent('acme', 'ann'), agent('acme', 'ben')]);
  await sees(ann, 'Active');
  await sees(ben, 'Active');
  const cem = await agent('acme', 'cem');
  await press(cem, 'Wait for a seat');
  await sees(cem, 'Waiting for a seat');
  await cem.reload();
  await sees(cem, 'Waiting for a seat');
  await press(cem, 'Leave the line');
  await sees(cem, 'Logged out');

  await press(ann, 'Log out');
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
  await cem.waitForTimeout(1_500);

  expect(await said(cem)).toBe('Logged out');
  expect(await stage.server.numbers('acme')).toMatchObject({ in_use: 1 });
});

test('a seat is handed over with a code, at full use, and nobody comes in between', async () => {
  const ann = await agent('small', 'ann');
  await sees(ann, 'Active');
  const ben = await agent('small', 'ben');
  const session = await sessionOf(ann);
  await press(ben, 'Wait for a seat');
  await reads(ben, /No seat is free.*There is no place in the waiting line\./);
  await press(ann, 'Hand over my seat');
  await sees(ann, 'Give this code to your colleague');
  await reads(ann, /You stay logged in until it is used\..*Good for \d+ s\./);
  expect(await violations(ann)).toEqual([]);

  await press(ben, 'Use a hand-off code');
  // As a person types it.
  await ben.keyboard.type((await code(ann)).toLowerCase());
  expect(await violations(ben)).toEqual([]);
  await ben.keyboard.press('Enter');

  await sees(ben, 'Active');
  await sees(ann, 'Seat handed over');
  expect(await sessionOf(ben)).not.toBe(session);
  await counts(stage.server, 'small', { in_use: 1, connected: 1, in_grace: 0 });
  await ann.reload();
  await sees(ann, 'Seat handed over');
});

test('a code that was withdrawn or is wrong moves nothing', async () => {
  const ann = await agent('small', 'ann');
  await sees(ann, 'Active');
  const ben = await agent('small', 'ben');
  await sees(ben, 'No seat is free');
  await press(ann, 'Hand over my seat');
  await sees(ann, 'Give this code to your colleague');
  const withdrawn = await code(ann);
  await press(ann, 'Cancel');
  await sees(ann, 'Active');

  for (const wrong of [withdrawn, 'AAAA-AAAA']) {
    await press(ben, 'Use a hand-off code');
    await ben.keyboard.type(wrong);
    await ben.keyboard.press('Enter');
    await sees(ben, 'This code does not work');
  }

  expect(await said(ann)).toBe('Active');
  await counts(stage.server, 'small', { in_use: 1, connected: 1 });
});
