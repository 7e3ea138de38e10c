import { bytesOf, type Bounds, type Cleared, type Entry, type EntryStore, type Refused } from "./entries.js";
import { BEGINNING, isSame, newProducer, type Given, type Numbers, type Place, type Renumbering } from "./places.js";

type Kept = Entry & { refusal?: string; place?: Place | undefined; byId?: boolean };

/** Entries that live as long as the page, where nothing can be kept for longer. Their keys are negative: no key of the disk is. */
export class MemoryStore implements EntryStore {
  #entries = new Map<number, Kept>();
  #numbers = new Map<string, Numbers>();
  #producer: string | undefined;
  #last = -Number.MAX_SAFE_INTEGER;
  #bytes = 0;

  constructor(readonly bounds: Bounds) {}

  async add(entries: Omit<Entry, "key">[]): Promise<(number | undefined)[]> {
    return entries.map(entry => {
      const bytes = bytesOf(entry.json);
      if (this.#entries.size >= this.bounds.maxEntries || this.#bytes + bytes > this.bounds.maxBytes) return undefined;
      this.#bytes += bytes;
      this.#entries.set(++this.#last, { ...entry, key: this.#last });
      return this.#last;
    });
  }

  async load(after: number): Promise<Entry[]> {
    return this.#waiting().filter(entry => entry.key > after);
  }

  async has(key: number): Promise<boolean> {
    return this.#entries.has(key);
  }

  async hasFor(to: string): Promise<boolean> {
    return this.#waiting().some(entry => entry.to === to);
  }

  async remove(key: number): Promise<void> {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#bytes -= bytesOf(entry.json);
    this.#entries.delete(key);
  }

  async refuse(key: number, refusal: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry) entry.refusal = refusal;
  }

  async number(key: number): Promise<Given | undefined> {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.byId) return { isNew: false };
    if (entry.place) return { place: entry.place, isNew: false };
    const { epoch, last } = this.#numbers.get(entry.to) ?? BEGINNING;
    this.#numbers.set(entry.to, { epoch, last: last + 1 });
    entry.place = { producer: this.#producer ??= newProducer(), epoch, seq: last + 1 };
    return { place: entry.place, isNew: true };
  }

  async renumber(key: number, place: Place, how: Renumbering["how"]): Promise<void> {
    const entry = this.#entries.get(key);
    if (!entry || !isSame(entry.place, place)) return;
    const { epoch } = this.#numbers.get(entry.to) ?? BEGINNING;
    if (how === "producer") {
      this.#producer = newProducer();
      this.#numbers.clear();
    } else {
      this.#numbers.set(entry.to, { epoch: epoch + 1, last: 0 });
    }

    entry.place = undefined;
  }

  async unnumber(key: number): Promise<void> {
    const entry = this.#entries.get(key);
    if (!entry?.place) return;
    this.#numbers.set(entry.to, { epoch: entry.place.epoch, last: entry.place.seq - 1 });
    entry.place = undefined;
    entry.byId = true;
  }

  async refused(): Promise<Refused[]> {
    return [...this.#entries.values()].filter((entry): entry is Refused => entry.refusal !== undefined);
  }

  async count(): Promise<number> {
    return this.#waiting().length;
  }

  owns(key: number): boolean {
    return key < 0;
  }

  claim(key: number): Promise<boolean> {
    return this.has(key);
  }

  async clear(): Promise<Cleared> {
    const waiting = this.#waiting();
    for (const { key } of waiting) await this.remove(key);
    return { count: waiting.length, last: waiting.at(-1)?.key };
  }

  #waiting(): Entry[] {
    return [...this.#entries.values()].filter(entry => entry.refusal === undefined);
  }
}
