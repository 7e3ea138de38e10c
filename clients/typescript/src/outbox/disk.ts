import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from "idb";
import { bytesOf, type Bounds, type Entry, type EntryStore, type Refused } from "./entries.js";

type Stored = Entry & { user: string; bytes: number; refusal?: string };
interface Total { user: string; count: number; bytes: number }
interface Schema extends DBSchema {
  entries: { key: number; value: Stored; indexes: { order: [string, number]; address: [string, string] } };
  totals: { key: string; value: Total };
}
type Change = IDBPTransaction<Schema, ("entries" | "totals")[], "readwrite">;

/**
 * Entries in IndexedDB, shared by all tabs of an origin. The totals of each user change in the transaction that adds or removes an entry,
 * so that the bounds hold over all tabs without counting.
 */
export class DiskStore implements EntryStore {
  /** @throws DOMException IndexedDB is missing, forbidden or broken */
  static async open(name: string, user: string, bounds: Bounds): Promise<DiskStore> {
    const db = await openDB<Schema>(name, 1, {
      upgrade(db) {
        const entries = db.createObjectStore("entries", { keyPath: "key", autoIncrement: true });
        entries.createIndex("order", ["user", "key"]);
        entries.createIndex("address", ["user", "to"]);
        db.createObjectStore("totals", { keyPath: "user" });
      },
    });
    return new DiskStore(db, user, bounds);
  }

  private constructor(readonly db: IDBPDatabase<Schema>, readonly user: string, readonly bounds: Bounds) {}

  async add(entries: Omit<Entry, "key">[]): Promise<(number | undefined)[]> {
    return this.#change(async (change, total) => {
      const keys: (number | undefined)[] = [];
      for (const entry of entries) {
        const bytes = bytesOf(entry.json);
        const fits = total.count < this.bounds.maxEntries && total.bytes + bytes <= this.bounds.maxBytes;
        if (fits) [total.count, total.bytes] = [total.count + 1, total.bytes + bytes];

        // The key is made by the store.
        keys.push(fits ? await change.objectStore("entries").add({ ...entry, user: this.user, bytes } as Stored) : undefined);
      }

      return keys;
    }, "strict");
  }

  async load(after: number): Promise<Entry[]> {
    const all = await this.db.getAllFromIndex("entries", "order", this.#after(after));
    return all.filter(entry => entry.refusal === undefined);
  }

  async has(key: number): Promise<boolean> {
    return (await this.db.count("entries", key)) > 0;
  }

  async hasFor(to: string): Promise<boolean> {
    const all = await this.db.getAllFromIndex("entries", "address", [this.user, to]);
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

  async refused(): Promise<Refused[]> {
    const all = await this.db.getAllFromIndex("entries", "order", this.#after(0));
    return all.filter((entry): entry is Stored & Refused => entry.refusal !== undefined);
  }

  async count(): Promise<number> {
    return (await this.db.get("totals", this.user))?.count ?? 0;
  }

  clear(): Promise<number> {
    return this.#change(async (change, total) => {
      const { count } = total;
      for (let at = await change.objectStore("entries").index("order").openCursor(this.#after(0)); at; at = await at.continue()) {
        if (at.value.refusal !== undefined) continue;
        total.bytes -= at.value.bytes;
        await at.delete();
      }

      total.count = 0;
      return count;
    });
  }

  close(): void {
    this.db.close();
  }

  // In an index, every array is after every number.
  #after(key: number): IDBKeyRange {
    return IDBKeyRange.bound([this.user, key], [this.user, []], true);
  }

  /** @param durability `strict` for what the app is told to be kept: it survives the loss of power, too */
  async #change<T>(body: (change: Change, total: Total) => Promise<T>, durability: IDBTransactionDurability = "default"): Promise<T> {
    const change = this.db.transaction(["entries", "totals"], "readwrite", { durability });
    const done = change.done;
    done.catch(() => {});
    const total = await change.objectStore("totals").get(this.user) ?? { user: this.user, count: 0, bytes: 0 };
    const result = await body(change as Change, total);
    await change.objectStore("totals").put(total);
    await done;
    return result;
  }
}
