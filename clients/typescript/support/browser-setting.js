import { after, before } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Chromium, openTab } from './chromium.js';
import { PageServer } from './page-server.js';
import { Setting } from './pages.js';

export const NOWHERE = 'http://127.0.0.1:9/wsmq';

/** Nodes, one Chromium for the suite, and the pages that it opens. */
export class BrowserSetting extends Setting {
  pages;
  browser;

  /** Call it inside describe. @param pages the server of the pages, which has to be started before, because nodes need its origin */
  static in(pages, { settings, ...options }) {
    const setting = this.of({ ...options, settings: { Options__Endpoint__AllowedOrigins__0: pages.origin, ...settings } });
    setting.pages = pages;
    before(async () => {
      setting.browser = await Chromium.start();
      pages.token = user => setting.node.token(user);
    });
    after(async () => {
      await setting.browser?.stop();
      await pages.stop();
    });
    return setting;
  }

  /** A profile of its own. */
  async profile() {
    const context = await this.browser.profile();
    this.keep({ stop: () => context.close().catch(() => {}) });
    return context;
  }

  /** A proxy that leads nowhere yet. */
  async offline() {
    const proxy = await this.proxy(this.node.hub);
    proxy.leadTo(NOWHERE);
    return proxy;
  }

  /** Opens a page in a profile, or in a tab of it, with a client that starts. @param options see in-page.js; `isOffline`: not awaited */
  async tab(context, { tab, isOffline = false, path = '/', ...options }) {
    const opened = await openTab(context, `${this.pages.origin}${path}`, tab);
    await opened.evaluate(options => app.create(options), { url: this.node.hub, ...options });
    if (isOffline) await opened.evaluate(() => { app.client.start().catch(() => {}); });
    else await opened.evaluate(() => app.client.start());
    return opened;
  }
}

/** Waits until a value in a page is as expected. @param read runs in the page */
export async function becomes(tab, reason, read, arg) {
  try {
    return await eventually(reason, () => tab.evaluate(read, arg));
  } catch (e) {
    const seen = await tab.evaluate(() => JSON.stringify([globalThis.app?.states, globalThis.app?.errors]));
    throw new Error(`${e.message}; states and errors: ${seen}`, { cause: e });
  }
}

export const received = tab => tab.evaluate(() => app.received);
export const shows = (tab, count) => becomes(tab, `${count} are shown`, count => app.received.length >= count, count);
export const queue = (tab, to, bodies) => tab.evaluate(([to, bodies]) => app.queue(to, bodies), [to, bodies]);
export const pending = tab => tab.evaluate(() => app.client.pending());
export const isEmpty = tab => eventually('the outbox is empty', async () => await pending(tab) === 0);
