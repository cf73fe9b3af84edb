import { expect, test } from 'vitest';
import { open, seatPage, sees, violations, words } from '../../widget/browser/browser';
import { scene } from '../../widget/browser/scene';
import { Desk } from './desk';

const stage = scene('[[organization]]\nid = "acme"\nname = "Acme"\nseats = 3\n[[organization]]\nid = "other"\nseats = 1\n');

test('a window is read at the widget, refuses logins while it runs, and is cancelled', async () => {
  const agent = await open(stage.context, seatPage(stage.server.origin, 'acme', '1'));
  await sees(agent, 'Active');
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const desk = await Desk.enter(context, stage.server, '#/acme/maintenance');
  const { page } = desk;
  await desk.settled();
  await page.getByLabel('Title').fill('Upgrade <b>now</b>');
  await page.getByLabel('Message to agents').fill('From noon on.');
  const begins = await page.getByLabel('From').inputValue();
  await page.getByLabel('From').fill(`2026-01-01${begins.slice(10)}`);
  await page.getByLabel('New logins').selectOption('refused');
  const preview = await page.getByRole('group', { name: 'What agents will read' }).innerText();
  expect(preview.match(/You stay logged in\. From noon on\.|MiraBridge logs you in when it is over\./g)).toHaveLength(3);
  await page.getByRole('button', { name: 'Plan it' }).click();
  await expect.poll(() => page.locator('tbody').getByText('● In progress').count(), { timeout: 20_000 }).toBe(1);
  expect(await violations(page)).toEqual([]);
  // On the timeline it reaches up to what is now and on to its end.
  const [bar, line] = await page.locator('.track').evaluate((track) => [...track.children].map((child) => child.getBoundingClientRect().toJSON() as { readonly left: number; readonly right: number }));
  expect(bar?.left).toBeLessThan(line?.left ?? 0);
  expect(bar?.right).toBeGreaterThan(line?.left ?? 0);
  expect(await page.locator('.timeline li').innerText()).toContain('● In progress: Upgrade <b>now</b>');
  await page.getByRole('button', { name: 'A year' }).click();
  expect(page.url()).toContain('span=365d');
  await expect.poll(() => words(agent), { timeout: 10_000 }).toContain('From noon on.');

  await desk.go('Overview');
  const answer = (): Promise<string> => page.locator('.verdict').innerText();
  await expect.poll(answer, { timeout: 10_000 }).toContain('No: maintenance refuses new logins: Upgrade <b>now</b>');
  await desk.go('Maintenance and alerts');
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await page.getByRole('button', { name: 'Cancel the window' }).click();
  await expect.poll(() => page.locator('tbody').getByText('– Cancelled').count(), { timeout: 10_000 }).toBe(1);
  await desk.go('Overview');
  await expect.poll(answer, { timeout: 10_000 }).toContain('Yes: 2 seats are free');
  await desk.close();
});

test('an administrator is offered to change the windows of its organization alone, and no others', async () => {
  const { token } = (await stage.server.ask('POST', '/tokens', { label: 'lead', role: 'admin', org: 'acme' })) as { readonly token: string };
  const plan = (title: string, organizations: readonly string[] | null): Promise<unknown> =>
    stage.server.ask('POST', '/maintenance', { title, organizations, ends_at: new Date(Date.now() + 3_600_000).toISOString() });
  await plan('of acme', ['acme']);
  await plan('of two', ['acme', 'other']);
  await plan('of all', null);

  const desk = await Desk.enter(stage.context, stage.server, '#/acme/maintenance', token);
  await desk.settled();

  const rows = desk.page.locator('tbody tr');
  expect(await rows.count()).toBe(3);
  expect(await rows.filter({ has: desk.page.getByRole('button', { name: 'Cancel…' }) }).allInnerTexts()).toEqual([expect.stringContaining('of acme')]);
  await desk.close();
});
