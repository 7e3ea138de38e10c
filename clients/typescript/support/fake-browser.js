/** What a browser shares between its tabs, and pages in them, as far as the client uses it. */
export class FakeBrowser {
  locks = new FakeLocks();
  localStorage = new FakeStorage();

  /** A page in a new tab, or in one whose storage is a copy of another tab's. @param copied the page of that tab */
  tab(copied) {
    return new FakePage(this, new FakeStorage(copied?.sessionStorage));
  }

  /** The page after a reload: the tab is the same. */
  reload(page) {
    page.hide();
    return new FakePage(this, page.sessionStorage);
  }
}

class FakePage {
  window = new EventTarget();
  document = Object.assign(new EventTarget(), { visibilityState: 'visible' });

  constructor(browser, sessionStorage) {
    Object.assign(this, { locks: browser.locks, localStorage: browser.localStorage, sessionStorage });
  }

  hide() {
    this.document.visibilityState = 'hidden';
    this.document.dispatchEvent(new Event('visibilitychange'));
    this.window.dispatchEvent(new Event('pagehide'));
  }

  show() {
    this.window.dispatchEvent(new Event('pageshow'));
    this.look();
  }

  /** The tab is brought to the front. */
  look() {
    this.document.visibilityState = 'visible';
    this.document.dispatchEvent(new Event('visibilitychange'));
    this.window.dispatchEvent(new Event('focus'));
  }

  online() {
    this.window.dispatchEvent(new Event('online'));
  }
}

class FakeStorage {
  #values;

  constructor(copied) {
    this.#values = new Map(copied?.entries());
  }

  entries() {
    return this.#values;
  }

  getItem(key) {
    return this.#values.get(key) ?? null;
  }

  setItem(key, value) {
    this.#values.set(key, value);
  }
}

/** Web Locks, exclusive ones. */
class FakeLocks {
  #last = new Map();
  #held = new Set();

  get held() {
    return [...this.#held];
  }

  async request(name, ...more) {
    const callback = more.at(-1);
    const { ifAvailable = false, signal } = more.length > 1 ? more[0] : {};
    if (ifAvailable && this.#held.has(name)) return callback(null);
    const before = this.#last.get(name);
    let release;

    // A page does not end because nothing is left to do; the timer of a signal does not keep this process.
    const alive = setInterval(() => {}, 1000);
    this.#last.set(name, Promise.all([before, new Promise(resolve => { release = resolve; })]));
    try {
      if (signal) await Promise.race([before, new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))]);
      else await before;
      clearInterval(alive);
      this.#held.add(name);
      try {
        return await callback({ name });
      } finally {
        this.#held.delete(name);
      }
    } finally {
      clearInterval(alive);
      release();
    }
  }
}
