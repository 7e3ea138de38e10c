import type { Tried } from "../sending/sequence.js";

/**
 * Finds an entry that closes every connection over which it is sent, for example because something between here and the server refuses
 * its size. After a connection has closed during sends, entries are sent one at a time until those that were in flight are answered, so
 * that each close counts for one entry, and for the right one.
 */
export class Attempts {
  #answered = new Map<number, boolean>();
  #open = new Set<number>();
  #closes = new Map<number, number>();
  #last: Promise<void> = Promise.resolve();

  /** @param most how many closes of a connection an entry may be the reason of */
  constructor(readonly most: number) {}

  /** Whether the entry was sent, and its outcome is not known. */
  mayBeStored(key: number): boolean {
    return this.#open.has(key);
  }

  isHopeless(key: number): boolean {
    return (this.#closes.get(key) ?? 0) >= this.most;
  }

  /** Returns undefined if the signal came before it could be sent. */
  async send<T>(key: number, signal: AbortSignal, send: (tried: Tried) => Promise<T>): Promise<T | undefined> {
    let release = () => {};
    if (this.#closes.size > 0) {
      const before = this.#last;
      this.#last = new Promise(resolve => { release = resolve; });
      await before;
    }

    try {
      if (signal.aborted) return undefined;
      this.#answered.set(key, false);
      this.#open.add(key);
      return await send(isAnswered => {
        if (isAnswered === undefined) return;
        if (!isAnswered) return this.#closed(key);
        this.#answered.set(key, true);
        this.#closes.delete(key);
        release();
      });
    } finally {
      this.#answered.delete(key);
      release();
    }
  }

  /** The entry has its outcome. */
  forget(key: number): void {
    this.#closes.delete(key);
    this.#open.delete(key);
  }

  /** Forgets the entries that have their outcome without a call for each, for example because another tab has sent them. */
  forgetThose(haveEnded: (key: number) => boolean): void {
    for (const key of [...this.#closes.keys(), ...this.#open]) if (haveEnded(key)) this.forget(key);
  }

  #closed(key: number): void {
    const isAlone = [...this.#answered].every(([other, isAnswered]) => other === key || isAnswered);
    this.#closes.set(key, (this.#closes.get(key) ?? 0) + (isAlone ? 1 : 0));
  }
}
