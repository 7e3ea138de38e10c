import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { presence } from '../dist/presence.js';
import { BrowserSetting, becomes } from '../support/browser-setting.js';
import { PageServer } from '../support/page-server.js';

const pages = await PageServer.start();
const settings = { Options__Presence__IsEnabled: 'true', Options__Presence__Grace: '00:00:01', Groups__ops__0: 'ann', Groups__ops__1: 'ben' };

// In the ordinary profile of a Chromium without the switches of test tools: tabs are hidden there as a user's are.
describe('presence of tabs in Chromium, 2 nodes with redis', () => {
  const wsmq = BrowserSetting.in(pages, { store: 'redis', nodes: 2, settings });

  test('a tab that is hidden is away, one that is shown is online, and one that is closed is offline', async () => {
    const watcher = wsmq.page('ben', { node: wsmq.nodes[1] });
    const watch = presence(watcher.client).watch('group:ops');
    await watcher.client.start();
    const is = status => eventually(() => `ann is ${status}: ${JSON.stringify(watch.state)}`, () =>
      (watch.state?.members?.find(({ user }) => user === 'ann')?.status ?? 'offline') === status);
    await is('offline');
    const tab = await wsmq.tab(wsmq.browser.ordinary, { user: 'ann', device: 'web', isPresent: true });
    wsmq.keep({ stop: () => tab.close().catch(() => {}) });
    await is('online');
    const other = await wsmq.browser.ordinary.newPage();
    wsmq.keep({ stop: () => other.close().catch(() => {}) });
    await other.bringToFront();
    await becomes(tab, 'it is hidden', () => document.hidden);
    await is('away');
    await tab.bringToFront();
    await is('online');
    await tab.close();
    await is('offline');
  });
});
