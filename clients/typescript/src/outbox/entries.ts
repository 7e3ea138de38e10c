import { WsmqError } from "../errors.js";
import type { Given, Place, Renumbering } from "./places.js";

/** A message that waits, as it is kept. */
export interface Entry {
  /** Its place in the order of the writes. */
  key: number;

  /** The address. */
  to: string;

  /** The whole message on the wire, with its id. */
  json: string;
}

/** An entry that the server has refused for good, and that the app was not told of yet. */
export interface Refused extends Entry {
  /** The text of the error. */
  refusal: string;
}

/** The entries of one user, in the order in which they were written. */
export interface EntryStore {
  /** Returns the key of each entry, or undefined for one that is beyond the bounds. All of them are kept once it returns. */
  add(entries: Omit<Entry, "key">[]): Promise<(number | undefined)[]>;

  /** The entries after a key. */
  load(after: number): Promise<Entry[]>;
  has(key: number): Promise<boolean>;

  /** Whether an entry for the address waits. */
  hasFor(to: string): Promise<boolean>;
  remove(key: number): Promise<void>;
  refuse(key: number, refusal: string): Promise<void>;
  refused(): Promise<Refused[]>;

  /** Gives an entry its place in the sequence of its address, once; undefined if the entry is gone, because another tab has ended it. */
  number(key: number): Promise<Given | undefined>;

  /** Takes the place of an entry away, unless another tab has done it, so that it gets one in the next epoch, or of a new producer. */
  renumber(key: number, place: Place, how: Renumbering["how"]): Promise<void>;

  /** The entry is sent by its id from now on, and its number is free again. */
  unnumber(key: number): Promise<void>;
  count(): Promise<number>;

  /** Whether a key is one of this store, now or before. */
  owns(key: number): boolean;

  /** Takes an entry that was refused, to tell it. Returns false if another tab has taken it, or it is gone. */
  claim(key: number): Promise<boolean>;

  /** Removes all that wait; those that were refused stay until they are told. */
  clear(): Promise<Cleared>;
}

/** How many entries were removed, and the key of the last one. */
export interface Cleared {
  count: number;
  last: number | undefined;
}

/** How much may wait. */
export interface Bounds {
  maxEntries: number;
  maxBytes: number;
}

export const bytesOf = (json: string) => new TextEncoder().encode(json).length;

export const isFull = ({ maxEntries, maxBytes }: Bounds) =>
  new WsmqError(4003, "too-many-sends", `the outbox has its maxEntries (${maxEntries}) or maxBytes (${maxBytes})`, { canRetry: true });
