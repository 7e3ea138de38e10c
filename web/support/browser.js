import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const IMAGES = path.resolve(import.meta.dirname, '../../docs/images');
const SIZE = { width: 1360, height: 820 };
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
];

/** A real Chromium, for the tests of a suite. A page that breaks its own Content-Security-Policy, or logs an error, fails its test. */
export class Browser {
  #browser;

  /** Call it inside describe. */
  static of() {
    const browser = new Browser();
    before(() => browser.#launch());
    after(() => browser.#browser?.close());
    return browser;
  }

  /**
   * Opens a page, calls the test with it, and closes it.
   * @param use what to do; gets a page of playwright
   * @param cookies the cookies that the page has
   * @param expected a pattern of console errors that belong to the test, such as statuses
   */
  async open(url, use, { scheme = 'light', size = SIZE, cookies = [], expected, ...options } = {}) {
    const context = await this.#browser.newContext({ colorScheme: scheme, viewport: size, reducedMotion: 'reduce', ...options });
    const broken = [];
    await context.exposeBinding('reportBroken', (_, text) => broken.push(text));
    await context.addInitScript(() => addEventListener('securitypolicyviolation', e => reportBroken(`${e.violatedDirective} ${e.blockedURI}`)));
    await context.addCookies(cookies);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('console', message => {
      // A browser asks for it where a page names no icon, such as the text of a refusal.
      if (message.location().url.endsWith('/favicon.ico')) return;
      if (message.type() === 'error' && !expected?.test(message.text())) broken.push(message.text());
    });
    page.on('pageerror', error => broken.push(String(error)));
    try {
      if (url) await page.goto(url);
      await use(page, context);
    } finally {
      await context.close();
    }

    assert.deepEqual(broken, []);
  }

  async #launch() {
    this.#browser = await chromium.launch({ executablePath: findChromium(), args: FLAGS });
  }
}

function findChromium() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      // The next name.
    }
  }

  throw new Error('chromium is missing. Install it: apt-get install chromium');
}

/** The cookie by which the app of the tests knows a user. */
export const cookieOf = (root, user) => ({ name: 'user', value: user, url: new URL('/', root).href });

/** Fails for what a screen reader or a keyboard could not use, and for text with too little contrast. */
export async function isAccessible(page) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.filter(v => v.impact === 'serious' || v.impact === 'critical')
      .map(v => `${v.id}: ${v.nodes.map(node => `${node.target} (${node.any.map(a => a.message).join(' ')})`).slice(0, 5).join(', ')}`);
  });
  assert.deepEqual(violations, []);
}

/** Writes a screenshot into the documents, with WSMQ_WRITE_IMAGES=1: a test does not change the tree. */
export async function screenshot(page, name) {
  const folder = process.env.WSMQ_WRITE_IMAGES === '1' ? IMAGES : process.env.WSMQ_WRITE_IMAGES;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${name}.png`), await page.screenshot());
}
