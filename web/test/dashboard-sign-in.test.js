import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Deployment } from '../../Wsmq.Tests/PlainClients/support/deployment.js';
import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';

const REFUSED = /status of (401|403)/;

describe('the dashboard of an app with bearer tokens', () => {
  const app = App.of();
  const browser = Browser.of();
  const at = path => new URL(path, app.root).href;

  test('asks for a token where there is no cookie, and keeps it in its tab only', () => browser.open(at('tools/open/'), async (page, context) => {
    const requested = [];
    page.on('request', request => requested.push(request.url()));
    const field = page.getByLabel('Access token');
    await field.fill('wrong');
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByRole('alert').getByText('not accepted').waitFor();
    await field.fill('mona');
    await field.press('Enter');
    await page.getByRole('navigation').waitFor();
    await page.reload();
    await page.getByRole('navigation').waitFor();
    assert.deepEqual(await page.evaluate(() => [localStorage.length, document.cookie]), [0, '']);
    const other = await context.newPage();
    await other.goto(at('tools/open/'));
    await other.getByLabel('Access token').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await field.waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    assert.ok(requested.length > 3 && requested.every(url => !url.includes('mona')));
  }, { expected: REFUSED }));

  test('gets a token from the app, where the app gives one', () => browser.open(at('tools/open/'), async page => {
    await page.getByRole('button', { name: 'Sign in with a token of this app' }).click();
    await page.getByRole('navigation').getByText('olga').waitFor();
  }, { expected: REFUSED }));
});

// Long enough for a page on a busy machine to sign in and show a message.
const LIFETIME = 12;

describe('the dashboard of the host in Development', () => {
  const wsmq = Deployment.of();
  const browser = Browser.of();

  test('is linked from the console, and signs in with a development token', () => browser.open(new URL('/', wsmq.node.hub).href, async page => {
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.getByRole('button', { name: 'Sign in with a token of this app' }).click();
    await page.getByRole('link', { name: 'Queues' }).click();
    await new Dashboard(page).row('Queues', 'work:demo').waitFor();
    await page.getByRole('link', { name: 'Console' }).click();
    await page.getByRole('heading', { name: 'wsmq console' }).waitFor();
  }, { expected: REFUSED }));

  test('asks for another token when that of a live tail expires, and the tail misses nothing', async () => {
    const dave = `user:${wsmq.users('dave')[0]}`;
    const at = path => new URL(path, wsmq.node.hub).href;
    const send = body => fetch(at('/wsmq-api/messages'), {
      method: 'POST', headers: { Authorization: `Bearer ${wsmq.node.token('alice')}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ to: dave, type: 'chat', body }),
    });
    await browser.open(at(`/wsmq-admin/#/${['tail', dave].map(encodeURIComponent).join('/')}`), async page => {
      const tail = new Dashboard(page);
      const signIn = async token => {
        await page.getByLabel('Access token').fill(token);
        await page.getByRole('button', { name: 'Use this token' }).click();
        await page.getByRole('status').getByText('connected').waitFor();
      };
      await signIn(wsmq.node.token('admin', { exp: Math.floor(Date.now() / 1000) + LIFETIME }));
      await send('before');
      await page.locator('td.preview', { hasText: 'before' }).waitFor();
      await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
      await send('meanwhile');
      await signIn(wsmq.node.token('admin'));
      await tail.row('New entries', 'meanwhile').waitFor();
      assert.deepEqual(await page.locator('td.preview').allTextContents(), ['"meanwhile"', '"before"']);
    }, { expected: REFUSED });
  });
});
