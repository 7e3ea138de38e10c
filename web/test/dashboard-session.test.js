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
  const open = (parts, use, expected = EXPECTED) => browser.open(new URL(`tools/open/#/${parts.map(encodeURIComponent).join('/')}`, app.root).href,
    page => use(new Dashboard(page), page), { expected });

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

  test('who has typed into a dialog that needs a right for its user finds it again', () => open(['users', 'erin'], async (dashboard, page) => {
    await signIn(page, 'olga');
    await dashboard.press('Ban…');
    const dialog = page.getByRole('dialog', { name: 'Ban erin' });
    const until = dialog.getByLabel(/^until/);
    await until.fill('2199-12-31T12:00');
    await expire(page);
    await dashboard.press('Ban', dialog);
    await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
    await page.unroute(API);
    const rights = await Held.of(page, '**/rights?target=*');
    await signIn(page, 'olga');
    await eventually('the rights are asked for again', () => rights.count > 0, PATIENCE);
    assert.equal(await until.inputValue(), '2199-12-31T12:00');
    await rights.release();
    await dashboard.press('Ban', dialog);
    await page.getByText('banned', { exact: true }).waitFor();
    assert.equal((await app.call('olga', 'GET', '/users/erin/ban')), true);
    await app.call('olga', 'DELETE', '/users/erin/ban');
  }));

  test('is not told that a token is wrong while it is being asked about, or when the server cannot be reached', () => open(['users'], async (dashboard, page) => {
    await signIn(page, 'olga');
    await expire(page);
    await dashboard.go('dead-letters');
    const again = page.getByRole('dialog', { name: 'Sign in again' });
    const texts = () => again.getByRole('alert').allTextContents();
    await again.getByRole('alert').getByText('not accepted').waitFor();
    await page.unroute(API);
    const rights = await Held.of(page, '**/rights', number => number === 1);
    await page.getByLabel('Access token').fill('olga');
    await dashboard.press('Use this token');
    await eventually('they are asked for', () => rights.count === 1, PATIENCE);
    assert.deepEqual(await texts(), []);
    await page.route('**/rights', route => route.abort());
    await page.getByLabel('Access token').fill('olga');
    await dashboard.press('Use this token');
    await again.getByRole('alert').getByText('cannot be reached').waitFor();
    assert.deepEqual(await texts(), ['The server cannot be reached.']);
    await page.unroute('**/rights');
    await signIn(page, 'olga');
  }, /status of (401|403)|ERR_FAILED/));

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
