import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../../Wsmq.Tests/PlainClients/support/eventually.js';
import { App } from '../support/app.js';
import { Browser, cookieOf } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Device } from '../support/worker.js';

const EXACT = '{"total":12345678901234567890.10}';
const REFUSED = /status of 403/;
const DONE = { timeout: 60_000 };

describe('the dead letters of the dashboard', () => {
  const app = App.of();
  const browser = Browser.of();
  const open = (user, use) => browser.open(new URL('wsmq-admin/#/dead-letters', app.root).href, page => use(new Dashboard(page), page),
    { cookies: [cookieOf(app.root, user)], expected: REFUSED });
  const count = async user => (await app.call('olga', 'GET', `/users/${user}/dead-letters`)).length;

  /** Sends messages to a user whose device fails to handle them. */
  async function fail(user, bodies, type = 'chat') {
    const device = app.keep(await Device.start(app, user, 'phone', 'no-handler'));
    const before = await count(user);
    for (const body of bodies) await app.send('alice', `user:${user}`, body, type);
    await eventually('they are dead letters', async () => await count(user) === before + bodies.length);
    await device.stop();
  }

  before(async () => {
    await fail('bob', [EXACT, '2']);
    await fail('carol', ['3', '4', '5'], 'invoice');
  });

  test('are those of all users, searched by user and type, without their messages for those who may not read', () => open('vera', async (dashboard, page) => {
    const rows = dashboard.row('Dead letters', 'no-handler');
    await rows.nth(4).waitFor();
    assert.deepEqual(await page.locator('td.preview').allTextContents(), ['', '', '', '', '']);
    await page.getByLabel('user').fill('bob');
    await dashboard.press('Filter');
    await dashboard.row('Dead letters', 'carol').first().waitFor({ state: 'detached' });
    await rows.nth(1).waitFor();
    assert.equal(await rows.count(), 2);
    await page.getByLabel('user').fill('');
    await page.getByLabel('type').fill('inv*');
    await dashboard.press('Filter');
    await dashboard.row('Dead letters', 'carol').nth(2).waitFor();
    assert.deepEqual((await dashboard.buttons()).filter(name => /Replay|Discard|Message/.test(name)), []);
  }));

  test('show the message as it was sent, and are replayed and discarded one by one', () => open('olga', async (dashboard, page) => {
    const exact = dashboard.row('Dead letters', '12345678901234567890.10');
    await dashboard.press('Message', exact);
    await page.getByLabel('as sent').check();
    assert.equal(await page.getByLabel('Body').textContent(), EXACT);
    await dashboard.act('Replay', { within: exact });
    await exact.first().waitFor({ state: 'detached' });
    await dashboard.act('Discard', { within: dashboard.row('Dead letters', 'bob') });
    await dashboard.row('Dead letters', 'bob').waitFor({ state: 'detached' });
    assert.equal(await count('bob'), 0);
    const log = await (await fetch(new URL('wsmq-api/logs/user:bob', app.root), { headers: { Authorization: 'Bearer bob' } })).text();
    assert.ok(log.includes(`"body":${EXACT}`) && log.includes('wsmq-replay-source'), log);
  }));

  test('are replayed all at once: those that were counted, once, and not what arrives later', () => open('olga', async (dashboard, page) => {
    await page.getByLabel('user').fill('carol');
    await dashboard.press('Filter');
    await dashboard.row('Dead letters', 'carol').nth(2).waitFor();
    await dashboard.press('Replay all…');
    await dashboard.dialog.getByText('user carol').waitFor();
    await dashboard.dialog.getByText('3', { exact: true }).waitFor();
    await fail('carol', ['6']);
    await dashboard.dialog.getByRole('button', { name: 'Replay all' }).dblclick();
    await dashboard.row('Runs', 'user carol').getByText('done').waitFor(DONE);
    await dashboard.row('Runs', '3 of 3').waitFor();
    assert.equal(await dashboard.row('Runs', 'Replay').count(), 1);
    assert.equal(await count('carol'), 1);
  }));

  test('are discarded at a rate, and the run can be stopped, also by another tab', async () => {
    await fail('dave', Array.from({ length: 12 }, (_, i) => String(i)));
    await open('olga', async (dashboard, page) => {
      await page.getByLabel('user').fill('dave');
      await dashboard.press('Filter');
      await dashboard.row('Dead letters', 'dave').nth(11).waitFor();
      await dashboard.press('Discard all…');
      await dashboard.dialog.getByText('12', { exact: true }).waitFor();
      await dashboard.dialog.getByLabel(/a second/).fill('1');
      await dashboard.press('Discard all', dashboard.dialog);
      await dashboard.row('Runs', 'user dave').getByText('running').waitFor();
      await page.reload();
      await dashboard.act('Stop', { within: dashboard.row('Runs', 'user dave') });
      await dashboard.row('Runs', 'user dave').getByText('stopped').waitFor();
    });
    assert.ok(await count('dave') > 0);
  });
});
