import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { settles } from "../backoff.js";
import type { Entry } from "./entries.js";
import type { Numbers, Place } from "./places.js";

/** @property isNumbered it gets a place when it is sent first; entries of older versions of this client keep their ids */
export type Stored = Entry & {
  user: string; bytes: number; refusal?: string; claimedAt?: number; isNumbered?: boolean; place?: Place | undefined;
};
export interface Total { user: string; count: number; bytes: number }
export interface Schema extends DBSchema {
  entries: { key: number; value: Stored; indexes: { order: [string, number]; address: [string, string] } };
  totals: { key: string; value: Total };
  producers: { key: string; value: { user: string; name: string } };
  numbers: { key: [string, string]; value: Numbers & { user: string; to: string } };
}

// A database that another tab blocks, or a broken profile, may never answer.
const PATIENCE = 5_000;

// The total of no user: when the database was made.
const MADE = "";

// What a connection that was closed answers, and what it closed off.
const CLOSED = ["InvalidStateError", "AbortError"];

/**
 * The connection to the database. A browser closes connections, for example when the user clears the data of the site, and another tab
 * may ask for it to delete the database: it is opened again for the next use.
 */
export class Database {
  #opened: Promise<IDBPDatabase<Schema>> | undefined;
  #db: IDBPDatabase<Schema> | undefined;
  #made: number | undefined;

  /** @param emptied called when it is found deleted, and made again */
  constructor(readonly name: string, readonly emptied: () => void) {}

  /** @throws DOMException IndexedDB is missing, forbidden or broken */
  open(): Promise<IDBPDatabase<Schema>> {
    if (this.#opened) return this.#opened;
    const opened = this.#opened = this.#open();

    // One failure is not the last word: what is on the disk would never be sent.
    opened.catch(() => { if (this.#opened === opened) this.#opened = undefined; });
    return opened;
  }

  async use<T>(action: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    const db = await this.open();
    try {
      return await action(db);
    } catch (e) {
      if (!CLOSED.includes((e as DOMException).name)) throw e;
      this.#closed(db);
      return action(await this.open());
    }
  }

  close(): void {
    this.#opened?.then(db => db.close(), () => {});
  }

  async #open(): Promise<IDBPDatabase<Schema>> {
    const closed = () => void opening.then(db => this.#closed(db));
    const opening = openDB<Schema>(this.name, 2, { upgrade: (db, from) => this.#make(db, from), blocking: closed, terminated: closed });
    if (!await settles(opening, PATIENCE)) {
      opening.then(db => db.close(), () => {});
      throw new Error("IndexedDB did not answer");
    }

    const db = this.#db = await opening;
    const made = (await db.get("totals", MADE))?.count ?? 0;
    if (this.#made !== undefined && this.#made !== made) this.emptied();
    this.#made = made;
    return db;
  }

  #closed(db: IDBPDatabase<Schema>): void {
    db.close();
    if (this.#db === db) this.#opened = this.#db = undefined;
  }

  #make(db: IDBPDatabase<Schema>, from: number): void {
    db.createObjectStore("producers", { keyPath: "user" });
    db.createObjectStore("numbers", { keyPath: ["user", "to"] });
    if (from > 0) return;
    const entries = db.createObjectStore("entries", { keyPath: "key", autoIncrement: true });
    entries.createIndex("order", ["user", "key"]);
    entries.createIndex("address", ["user", "to"]);
    const totals = db.createObjectStore("totals", { keyPath: "user" });

    // Keys are never used twice, also where the database was deleted: an entry that was in it may be in flight still.
    const made = Date.now() * 1_000;
    void entries.put({ key: made } as Stored);
    void entries.delete(made);
    void totals.put({ user: MADE, count: made, bytes: 0 });
  }
}
