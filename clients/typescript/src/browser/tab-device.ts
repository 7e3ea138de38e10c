import type { PageEnvironment } from "./environment.js";

const BROWSER = "wsmq.browser";
const SLOT = "wsmq.device";

// A user has at most 16 devices: a few browsers with all their tabs, and other clients.
const MOST_TABS = 4;

// The page before a reload may hold its lock for a moment longer than the new one takes to start.
const RELOAD = 500;

/**
 * The device name of a tab: a number of the browser and one of a few slots. A tab holds a lock on its slot, so that no other tab has it;
 * a reload finds the slot in the tab's storage, and a duplicated tab, whose storage is a copy, finds it taken and gets another one. With
 * more tabs than slots the last slot is shared: each of its tabs still gets every message while it is connected.
 */
export class TabDevice {
  #name: Promise<string> | undefined;
  #release: (() => void)[] = [];
  #generation = 0;

  constructor(readonly page: PageEnvironment) {}

  name(): Promise<string> {
    return this.#name ??= this.#take(this.#generation).catch(() => "web");
  }

  /** Gives the slot up: the page is being left or cached, or the client stops. A cached page with a lock would be discarded. */
  release(): void {
    this.#name = undefined;
    this.#generation++;
    for (const release of this.#release.splice(0)) release();
  }

  async #take(generation: number): Promise<string> {
    const { locks, localStorage, sessionStorage } = this.page;
    if (!localStorage) return "web";
    if (!locks) return `web-${browser(localStorage)}`;
    const last = sessionStorage?.getItem(SLOT) ?? null;

    // One tab after another: two new ones must not make two numbers of the browser.
    return locks.request(SLOT, async () => {
      const prefix = `web-${browser(localStorage)}-`;
      if (last !== null && await this.#hold(generation, locks, prefix + last, RELOAD)) return prefix + last;
      for (let slot = 0; slot < MOST_TABS; slot++) {
        if (!await this.#hold(generation, locks, prefix + slot)) continue;
        sessionStorage?.setItem(SLOT, String(slot));
        return prefix + slot;
      }

      return prefix + (MOST_TABS - 1);
    });
  }

  /** Takes the lock of a device name until `release`. Returns whether it was free, or became free in time. */
  #hold(generation: number, locks: Pick<LockManager, "request">, name: string, wait = 0): Promise<boolean> {
    return new Promise(resolve => {
      const held = (lock: Lock | null): Promise<void> | undefined => {
        const isFree = lock !== null && generation === this.#generation;
        resolve(isFree);
        return isFree ? new Promise(release => this.#release.push(release)) : undefined;
      };
      const request = wait > 0
        ? locks.request(name, { signal: AbortSignal.timeout(wait) }, held)
        : locks.request(name, { ifAvailable: true }, held);
      request.catch(() => resolve(false));
    });
  }
}

function browser(storage: Pick<Storage, "getItem" | "setItem">): string {
  const known = storage.getItem(BROWSER);
  if (known) return known;
  const made = [...crypto.getRandomValues(new Uint8Array(6))].map(byte => byte.toString(36)).join("");
  storage.setItem(BROWSER, made);
  return made;
}
