import { chromium } from 'playwright-core';
import { Process, TempFolder } from '../../../Wsmq.Tests/PlainClients/support/process.js';
import { inPage } from './in-page.js';

const PROGRAM = 'chromium';
const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--remote-debugging-port=0',
];

/**
 * Chromium as Debian has it. It is not started by Playwright, which switches off the back/forward cache and the throttling of hidden tabs,
 * and shows every page as visible.
 */
export class Chromium {
  #process;
  #folder;
  #browser;

  static async start() {
    const browser = new Chromium();
    browser.#folder = await TempFolder.make();
    try {
      const args = [...FLAGS, `--user-data-dir=${browser.#folder.path}`, 'about:blank'];
      const [process, [, url]] = await Process.start(PROGRAM, args, globalThis.process.env, /DevTools listening on (\S+)/);
      browser.#process = process;
      browser.#browser = await chromium.connectOverCDP(url, { noDefaults: true });
      return browser;
    } catch (e) {
      await browser.stop();
      throw /ENOENT/.test(e.message) ? new Error('chromium is missing. Install it: apt-get install chromium') : e;
    }
  }

  /** A profile of its own: storage, locks and channels that only its tabs share. */
  async profile() {
    return this.#browser.newContext();
  }

  /** The context in which pages are shown, hidden and cached as a user's are. */
  get ordinary() {
    return this.#browser.contexts()[0];
  }

  async stop() {
    await this.#browser?.close().catch(() => {});
    await this.#process?.stop();
    await this.#folder?.stop();
  }
}

/** Opens a page of the server in a tab, with the helpers of in-page.js. */
export async function openTab(context, url, page) {
  const tab = page ?? await context.newPage();
  await tab.goto(url);
  await tab.waitForFunction(() => globalThis.wsmq);
  await tab.evaluate(inPage);
  return tab;
}
