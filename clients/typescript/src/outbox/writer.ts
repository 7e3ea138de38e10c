import { isFull, type Bounds, type Entry, type EntryStore } from "./entries.js";

interface Waiting {
  entry: Omit<Entry, "key">;
  resolve(key: number): void;
  reject(error: unknown): void;
}

/** Writes entries in the order of the calls, those of one tick in one transaction. */
export class Writer {
  #batch: Waiting[] = [];
  #writing: Promise<void> = Promise.resolve();

  /** @param store the store for the next write; @param failed replaces a store that cannot be written */
  constructor(
    readonly bounds: Bounds, readonly store: () => Promise<EntryStore>, readonly failed: (error: unknown) => EntryStore,
    readonly wrote: (store: EntryStore) => void) {}

  /** @returns the key, once the entry is kept. Fails where the outbox is full. */
  write(entry: Omit<Entry, "key">): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#batch.push({ entry, resolve, reject }) === 1) this.#writing = this.#writing.then(() => this.#write());
    });
  }

  /** Settles when everything that was to be written is. */
  get idle(): Promise<void> {
    return this.#writing;
  }

  async #write(): Promise<void> {
    const batch = this.#batch.splice(0);
    const entries = batch.map(({ entry }) => entry);
    let store = await this.store();
    let keys;
    try {
      keys = await store.add(entries);
    } catch (e) {
      store = this.failed(e);
      keys = await store.add(entries);
    }

    batch.forEach(({ resolve, reject }, i) => keys[i] === undefined ? reject(isFull(this.bounds)) : resolve(keys[i]!));
    this.wrote(store);
  }
}
