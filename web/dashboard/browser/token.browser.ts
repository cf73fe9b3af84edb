import { expect, test } from 'vitest';
import { scene } from '../../widget/browser/scene';
import { SeatServer } from '../../widget/browser/server';
import { Desk, hash } from './desk';

const OPS = `[[admin_token]]\nlabel = "ops"\nrole = "operator"\nhash = "${hash('at_ops')}"\n`;
const as = (role: 'admin' | 'viewer'): string =>
  `[[organization]]\nid = "acme"\nname = "Acme"\nseats = 3\n${OPS}[[admin_token]]\nlabel = "lead"\nrole = "${role}"\norg = "acme"\nhash = "${hash('at_lead')}"\n`;

const stage = scene(async () => {
  const server = await SeatServer.start(as('admin'));
  server.token = 'at_ops';
  return server;
});

test('a page that is looked at for long asks for numbers, and not again who it is', async () => {
  const page = await stage.context.newPage();
  await page.clock.install();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const desk = await Desk.enterIn(page, stage.server);
  await desk.settled();
  asked.length = 0;

  await page.clock.fastForward(65_000);

  await expect.poll(() => asked, { timeout: 10_000 }).toContain('/api/v1/organizations');
  expect(asked).not.toContain('/api/v1/me');
  await desk.close();
});

test('a token that may less than before is offered less, once it was told no', async () => {
  const desk = await Desk.enter(stage.context, stage.server, '#/acme/maintenance', 'at_lead');
  const { page } = desk;
  await desk.settled();
  stage.server.configure(as('viewer'));
  const may = async (): Promise<unknown> => ((await stage.server.ask('GET', '/me', undefined, 'at_lead')) as { readonly role: unknown }).role;
  await expect.poll(may, { timeout: 10_000 }).toBe('viewer');

  await page.getByLabel('Title').fill('Upgrade');
  await page.getByRole('button', { name: 'Plan it' }).click();

  await expect.poll(() => page.locator('.you .muted').innerText()).toBe('viewer');
  expect(await page.getByRole('button', { name: 'Plan it' }).count()).toBe(0);
  await desk.says('● Live');
  await desk.close();
});
