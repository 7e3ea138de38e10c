import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App } from '../support/app.js';
import { Browser, cookieOf } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Worker } from '../support/worker.js';

const EXACT = '{"order":"A-1","total":12345678901234567890.10,"rate":1.50}';
const REFUSED = /status of 403/;

describe('the queues of the dashboard', () => {
  const app = App.of();
  const browser = Browser.of();
  const open = (user, use) => browser.open(new URL('wsmq-admin/#/queues/work%3Aemails', app.root).href, page => use(new Dashboard(page), page),
    { cookies: [cookieOf(app.root, user)], expected: REFUSED });
  const empty = () => app.call('mona', 'DELETE', '/queues/work:emails');
  const figure = (page, name) => page.locator('.figure', { has: page.getByText(name, { exact: true }) }).locator('dd');
  const has = (page, name, value) => figure(page, name).filter({ hasText: new RegExp(`^${value}$`) }).waitFor();

  test('are listed for those who manage them, and for nobody else', () => open('mona', async (dashboard, page) => {
    await dashboard.go('queues');
    await dashboard.row('Queues', 'work:emails').getByText('running').waitFor();
    await page.context().addCookies([cookieOf(app.root, 'anyone')]);
    await page.reload();
    await dashboard.region('Queues that you manage').getByText('None.').waitFor();
    await dashboard.go('queues', 'work:emails');
    await page.getByRole('alert').first().waitFor();
    assert.deepEqual((await dashboard.buttons()).filter(name => /Pause|Purge|Redrive|Delete/.test(name)), []);
  }));

  test('can be paused and resumed', () => open('mona', async (dashboard, page) => {
    const curl = await dashboard.act('Pause');
    assert.match(curl, /^curl -sS -X POST '.*\/wsmq-api\/queues\/work:emails\/pause' \\\n {2}-H "Authorization: Bearer \$TOKEN"$/);
    await page.getByRole('main').getByText('paused').waitFor();
    assert.equal((await app.call('mona', 'GET', '/queues/work:emails')).paused, true);
    await dashboard.act('Resume');
    await page.getByRole('main').getByText('running').waitFor();
    assert.equal((await app.call('mona', 'GET', '/queues/work:emails')).paused, false);
  }));

  test('show a job with its message as it was sent, and cancel it', async () => {
    await empty();
    const { position } = await app.send('mona', 'work:emails', EXACT);
    await open('mona', async (dashboard, page) => {
      const row = dashboard.row('Jobs', position);
      await dashboard.press('Message', row);
      await page.getByLabel('as sent').check();
      assert.equal(await page.getByLabel('Body').textContent(), EXACT);
      await page.getByLabel('as sent').uncheck();
      assert.equal((await page.getByLabel('Body').textContent()).replace(/\s/g, ''), EXACT);
      await dashboard.act('Cancel job', { within: row });
      await has(page, 'ready', 0);
      assert.equal(await app.call('mona', 'GET', `/queues/work:emails/jobs/${position}`), null);
    });
  });

  test('are purged by state, and emptied only by whoever types the name', async () => {
    await empty();
    for (let i = 0; i < 3; i++) await app.send('mona', 'work:emails', String(i));
    await open('mona', async (dashboard, page) => {
      await has(page, 'ready', 3);
      await dashboard.act('Purge…', { fields: { 'which jobs': 'delayed' } });
      await page.getByRole('status').getByText('0 removed').waitFor();
      await has(page, 'ready', 3);
      await dashboard.act('Purge…', { fields: { 'which jobs': 'ready' } });
      await page.getByRole('status').getByText('3 removed').waitFor();
      await app.send('mona', 'work:emails', '4');
      await dashboard.press('Delete all…');
      assert.ok(await dashboard.dialog.getByRole('button', { name: 'Delete all' }).isDisabled());
      await dashboard.press('Cancel', dashboard.dialog);
      await dashboard.act('Delete all…', { fields: { 'Type work:emails to confirm': 'work:emails' } });
      await has(page, 'ready', 0);
    });
  });

  test('redrive dead letters, and remove those of a reason', async () => {
    await empty();
    const worker = app.keep(await Worker.start(app, 'emails', job => job.reject('no printer')));
    const { position } = await app.send('mona', 'work:emails', '1');
    await worker.ended(1);
    await worker.stop();
    await open('mona', async (dashboard, page) => {
      await has(page, 'dead letters', 1);
      await page.getByRole('tab', { name: 'dead' }).click();
      await dashboard.row('Jobs', position).getByText('rejected: no printer').waitFor();
      await dashboard.act('Remove dead letters…', { fields: { reason: 'expired' } });
      await page.getByRole('status').getByText('0 removed').waitFor();
      await dashboard.act('Redrive…', { fields: { reason: 'rejected' } });
      await page.getByRole('status').getByText('1 made jobs again').waitFor();
      await has(page, 'ready', 1);
      await has(page, 'dead letters', 0);
    });
  });
});
