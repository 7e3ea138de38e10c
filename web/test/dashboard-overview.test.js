import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App } from '../support/app.js';
import { Browser, cookieOf, isAccessible, screenshot } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Device } from '../support/worker.js';

describe('the overview of the dashboard', () => {
  const app = App.of({ nodes: 2 });
  const browser = Browser.of();
  const open = (use, options) => browser.open(new URL('wsmq-admin/', app.root).href, page => use(new Dashboard(page), page),
    { cookies: [cookieOf(app.root, 'vera')], ...options });
  const figure = (page, name) => page.locator('.figure', { has: page.getByText(name, { exact: true }) }).locator('dd');

  test('shows both nodes, their connections and the store, and draws the rates', () => open(async (dashboard, page) => {
    await dashboard.row('Nodes', 'serving').nth(1).waitFor();
    await figure(page, 'connections').filter({ hasText: /^0$/ }).waitFor();
    const bob = app.keep(await Device.start(app, 'bob', 'web', 'ack'));
    await figure(page, 'connections').filter({ hasText: /^1$/ }).waitFor();
    await figure(page, 'store: redis').filter({ hasText: /^available$/ }).waitFor();
    await linesIn(page);
    await app.send('alice', 'user:bob', '1');
    await figure(page, 'stored a second').filter({ hasText: /^0\.\d$/ }).waitFor();
    await page.locator('.chart', { hasText: 'Connections' }).locator('dd').first().filter({ hasText: /^1$/ }).waitFor();
    for (let i = 1; i < 50; i++) await app.send('alice', 'user:bob', '1');
    await page.locator('.chart', { hasText: 'Messages a second' }).locator('dd').first().filter({ hasText: /[1-9]/ }).waitFor();
    await bob.has(50);
    await dashboard.go('users', 'bob');
    await dashboard.row('Connections', 'WebSockets').getByText('user:bob').waitFor();
  }));

  for (const scheme of ['light', 'dark']) {
    test(`can be read by everybody, ${scheme}`, () => open(async (dashboard, page) => {
      await dashboard.row('Nodes', 'serving').nth(1).waitFor();
      await linesIn(page);
      await isAccessible(page);
      if (process.env.WSMQ_WRITE_IMAGES) await busy();
      await screenshot(page, `dashboard-overview-${scheme}`);
    }, { scheme }));
  }

  // For the picture alone.
  async function busy() {
    app.keep(await Device.start(app, 'bob', 'web', 'ack'));
    for (let second = 0; second < 20; second++) {
      for (let i = 0; i < 5 + (second * 7) % 11; i++) await app.send('alice', 'user:bob', '1');
      await new Promise(resolve => setTimeout(resolve, 1_000));
    }
  }
});

// The grid is grey; a line needs two values.
const linesIn = page => page.waitForFunction(() => [...document.querySelectorAll('.chart canvas')].filter(canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = data.subarray(at, at + 4);
    if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) return true;
  }

  return false;
}).length >= 2);
