import { after } from 'node:test';
import { Chromium, openTab } from './chromium.js';
import { PageServer } from './page-server.js';
import { Setting } from './pages.js';
import { RemotePage, RemoteTab } from './remote-page.js';

/** The environment of the shared cases in which clients run in Chromium: one browser, and one tab, for a file. */
export class ChromiumSetting extends Setting {
  static #pages;
  static #browser;
  static #tab;

  /** Call it at the top of a test file. */
  static async start() {
    after(async () => {
      await this.#browser?.stop();
      await this.#pages?.stop();
    });
    this.#pages = await PageServer.start();
    this.#browser = await Chromium.start();
    const tab = await openTab(await this.#browser.profile(), `${this.#pages.origin}/`);
    this.#tab = await RemoteTab.open(tab);
    return this;
  }

  static of({ settings, ...options } = {}) {
    return super.of({ ...options, settings: { Options__Endpoint__AllowedOrigins__0: this.#pages.origin, ...settings } });
  }

  page(user, { node = this.node, hub = node.hub, token = node.token(user), ...options } = {}) {
    return this.keep(new RemotePage(hub, token, { tab: ChromiumSetting.#tab, ...options }));
  }
}
