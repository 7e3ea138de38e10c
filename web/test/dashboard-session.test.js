import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../Wsmq.Tests/PlainClients/support/eventually.js';
import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Held } from '../support/held.js';

const EXPECTED = /status of (401|403)/;
const PATIENCE = 30_000;
const API = '**/wsmq-api/**';

describe('the operator of the dashboard', () => {
  const app = App.of();
  const browser = Browser.of();
  const open = (parts, use) => browser.open(new URL(`tools/open/#/${parts.map(encodeURIComponent).join('/')}`, app.root).href,
    page => use(new Dashboard(page), page), { expected: EXPECTED });

  async function signIn(page, user) {
    await page.getByLabel('Access token').fill(user);
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByRole('dialog', { name: 'Sign in again' }).waitFor({ state: 'hidden' });
    await page.getByRole('navigation').getByText(user, { exact: true }).waitFor();
  }

  /** From here on the server gets a token that it does not accept. */
  const expire = page => page.route(API, route => route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer wrong' } }));
  const calls = async page => {
    await page.getByRole('button', { name: 'Calls' }).click();
    return page.locator('#calls code').allTextContents();
  };

  test('whose token expires signs in over the page, which keeps what was typed', () => open(['send', 'user:erin'], async (dashboard, page) => {
    await signIn(page, 'olga');
    await page.getByLabel(/^body/).fill('{"typed":1}');
    await expire(page);
    await dashboard.press('Send', page.getByRole('main'));
    const dialog = page.getByRole('dialog', { name: 'Send to user:erin' });
    await dashboard.press('Send', dialog);
    const again = page.getByRole('dialog', { name: 'Sign in again' });
    await again.waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.unroute(API);
    await signIn(page, 'olga');
    assert.equal(await page.getByLabel(/^body/).inputValue(), '{"typed":1}');
    await dashboard.press('Send', dialog);
    await page.getByRole('status').getByText('Stored at').waitFor();
  }));

  test('who signs in over the page of another one gets a new page', () => open(['send', 'user:erin'], async (dashboard, page) => {
    await signIn(page, 'olga');
    await page.getByLabel(/^body/).fill('{"typed":1}');
    await expire(page);
    await dashboard.press('Send', page.getByRole('main'));
    await dashboard.press('Send', page.getByRole('dialog', { name: 'Send to user:erin' }));
    await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
    await page.unroute(API);
    await signIn(page, 'vera');
    assert.equal(await page.getByLabel(/^body/).inputValue(), '{"text":"hello"}');
    assert.deepEqual((await calls(page)).filter(call => call.startsWith('POST')), []);
  }));

  test('who signs out leaves neither calls nor rights to the next one', () => open(['addresses', 'user:erin'], async (dashboard, page) => {
    const rights = await Held.of(page, '**/rights?target=*', number => number === 1);
    await signIn(page, 'olga');
    await eventually('the rights are on their way', () => rights.count === 1, PATIENCE);
    await dashboard.press('Sign out');
    await signIn(page, 'vera');
    await page.getByRole('heading', { name: 'user:erin' }).waitFor();
    await eventually('hers are asked for', () => rights.requests.length > 1, PATIENCE);
    const answered = page.waitForResponse(/addresses\/user:erin\?|addresses\/user:erin$/);
    await rights.release();
    await dashboard.press('Reload', page.getByRole('main').locator('.row').first());
    await answered;
    assert.deepEqual((await dashboard.sections()).filter(name => name === 'Send'), []);
    assert.equal(await page.getByRole('main').getByRole('link', { name: 'Send' }).count(), 0);
    const made = await calls(page);
    assert.equal(made.filter(call => call === 'GET /rights').length, 1, `${made}`);
  }));

  test('whose token expires sees again what could not be loaded, after the next sign-in', () => open(['addresses', 'user:finn'], async (dashboard, page) => {
    await signIn(page, 'olga');
    await dashboard.region('Entries').getByText('None.').waitFor();
    await app.send('alice', 'user:finn', '"later"');
    await expire(page);
    await dashboard.press('Reload', dashboard.region('Entries'));
    await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
    await page.unroute(API);
    await signIn(page, 'olga');
    await dashboard.row('Entries', 'later').waitFor();
  }));
});
