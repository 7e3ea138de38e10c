import type { IDBPTransaction } from "idb";
import { Database, type Schema, type Stored, type Total } from "./database.js";
import { BEGINNING, isSame, newProducer, type Given, type Place, type Renumbering } from "./places.js";
import { bytesOf, type Bounds, type Cleared, type Entry, type EntryStore, type Refused } from "./entries.js";

type Change = IDBPTransaction<Schema, ("entries" | "totals")[], "readwrite">;
type Numbering = IDBPTransaction<Schema, ("entries" | "producers" | "numbers")[], "readwrite">;

// How long a tab may take to tell a refusal where there are no locks: afterwards another one tells it.
const TELLING = 60_000;

/**
 * Entries in IndexedDB, shared by all tabs of an origin. The totals of each user change in the transaction that adds or removes an entry,
 * so that the bounds hold over all tabs without counting.
 */
export class DiskStore implements EntryStore {
  readonly #database: Database;

  /** @param emptied called when what was stored is found deleted */
  constructor(name: string, readonly user: string, readonly bounds: Bounds, emptied: () => void) {
    this.#database = new Database(name, emptied);
  }

  /** @throws DOMException IndexedDB is missing, forbidden or broken */
  async open(): Promise<this> {
    await this.#database.open();
    return this;
  }

  async add(entries: Omit<Entry, "key">[]): Promise<(number | undefined)[]> {
    return this.#change(async (change, total) => {
      const keys: (number | undefined)[] = [];
      for (const entry of entries) {
        const bytes = bytesOf(entry.json);
        const fits = total.count < this.bounds.maxEntries && total.bytes + bytes <= this.bounds.maxBytes;
        if (fits) [total.count, total.bytes] = [total.count + 1, total.bytes + bytes];

        // The key is made by the store.
        keys.push(fits ? await change.objectStore("entries").add({ ...entry, user: this.user, bytes, isNumbered: true } as Stored) : undefined);
      }

      return keys;
    }, "strict");
  }

  async load(after: number): Promise<Entry[]> {
    const all = await this.#database.use(db => db.getAllFromIndex("entries", "order", this.#after(after)));
    return all.filter(entry => entry.refusal === undefined);
  }

  async has(key: number): Promise<boolean> {
    return await this.#database.use(db => db.count("entries", key)) > 0;
  }

  async hasFor(to: string): Promise<boolean> {
    const all = await this.#database.use(db => db.getAllFromIndex("entries", "address", [this.user, to]));
    return all.some(entry => entry.refusal === undefined);
  }

  remove(key: number): Promise<void> {
    return this.#change(async (change, total) => {
      const entry = await change.objectStore("entries").get(key);
      if (!entry) return;
      total.bytes -= entry.bytes;
      if (entry.refusal === undefined) total.count--;
      await change.objectStore("entries").delete(key);
    });
  }

  refuse(key: number, refusal: string): Promise<void> {
    return this.#change(async (change, total) => {
      const entry = await change.objectStore("entries").get(key);
      if (!entry) return;
      if (entry.refusal === undefined) total.count--;
      await change.objectStore("entries").put({ ...entry, refusal });
    });
  }

  number(key: number): Promise<Given | undefined> {
    return this.#numbering(key, async (change, entry) => {
      if (!entry.isNumbered) return { isNew: false };
      if (entry.place) return { place: entry.place, isNew: false };
      const { epoch, last } = await change.objectStore("numbers").get([this.user, entry.to]) ?? BEGINNING;
      const place = { producer: await this.#producer(change), epoch, seq: last + 1 };
      await change.objectStore("numbers").put({ user: this.user, to: entry.to, epoch, last: place.seq });
      await change.objectStore("entries").put({ ...entry, place });
      return { place, isNew: true };
    });
  }

  async renumber(key: number, refused: Place, how: Renumbering["how"]): Promise<void> {
    await this.#numbering(key, async (change, { place, ...entry }) => {
      if (!isSame(place, refused)) return;
      const numbers = change.objectStore("numbers");
      if (how === "producer") {
        await change.objectStore("producers").put({ user: this.user, name: newProducer() });
        await numbers.delete(IDBKeyRange.bound([this.user, ""], [this.user, []]));
      } else {
        const { epoch } = await numbers.get([this.user, entry.to]) ?? BEGINNING;
        await numbers.put({ user: this.user, to: entry.to, epoch: Math.max(epoch, refused.epoch) + 1, last: 0 });
      }

      await change.objectStore("entries").put(entry);
    });
  }

  async unnumber(key: number): Promise<void> {
    await this.#numbering(key, async (change, { place, ...entry }) => {
      if (!place) return;
      await change.objectStore("numbers").put({ user: this.user, to: entry.to, epoch: place.epoch, last: place.seq - 1 });
      await change.objectStore("entries").put({ ...entry, isNumbered: false });
    });
  }

  async refused(): Promise<Refused[]> {
    const all = await this.#database.use(db => db.getAllFromIndex("entries", "order", this.#after(0)));
    return all.filter((entry): entry is Stored & Refused => entry.refusal !== undefined);
  }

  async count(): Promise<number> {
    return (await this.#database.use(db => db.get("totals", this.user)))?.count ?? 0;
  }

  owns(key: number): boolean {
    return key > 0;
  }

  claim(key: number): Promise<boolean> {
    return this.#change(async change => {
      const entry = await change.objectStore("entries").get(key);
      if (!entry || Date.now() - (entry.claimedAt ?? 0) < TELLING) return false;
      await change.objectStore("entries").put({ ...entry, claimedAt: Date.now() });
      return true;
    });
  }

  clear(): Promise<Cleared> {
    return this.#change(async (change, total) => {
      const { count } = total;
      let last: number | undefined;
      for (let at = await change.objectStore("entries").index("order").openCursor(this.#after(0)); at; at = await at.continue()) {
        if (at.value.refusal !== undefined) continue;
        total.bytes -= at.value.bytes;
        last = at.value.key;
        await at.delete();
      }

      total.count = 0;
      return { count, last };
    });
  }

  close(): void {
    this.#database.close();
  }

  async #producer(change: Numbering): Promise<string> {
    const known = await change.objectStore("producers").get(this.user);
    if (known) return known.name;
    const name = newProducer();
    await change.objectStore("producers").put({ user: this.user, name });
    return name;
  }

  // A number that is lost after its message was sent could be given to another message.
  #numbering<T>(key: number, body: (change: Numbering, entry: Stored) => Promise<T>): Promise<T | undefined> {
    return this.#database.use(async db => {
      const change = db.transaction(["entries", "producers", "numbers"], "readwrite", { durability: "strict" });
      const done = change.done;
      done.catch(() => {});
      const entry = await change.objectStore("entries").get(key);
      const result = entry && await body(change as Numbering, entry);
      await done;
      return result;
    });
  }

  // In an index, every array is after every number.
  #after(key: number): IDBKeyRange {
    return IDBKeyRange.bound([this.user, key], [this.user, []], true);
  }

  /** @param durability `strict` for what the app is told to be kept: it survives the loss of power, too */
  #change<T>(body: (change: Change, total: Total) => Promise<T>, durability: IDBTransactionDurability = "default"): Promise<T> {
    return this.#database.use(async db => {
      const change = db.transaction(["entries", "totals"], "readwrite", { durability });
      const done = change.done;
      done.catch(() => {});
      const total = await change.objectStore("totals").get(this.user) ?? { user: this.user, count: 0, bytes: 0 };
      const result = await body(change as Change, total);
      await change.objectStore("totals").put(total);
      await done;
      return result;
    });
  }
}
