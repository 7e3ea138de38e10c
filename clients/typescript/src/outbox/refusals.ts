import type { PageEnvironment } from "../browser/environment.js";
import { WsmqError } from "../errors.js";
import { pendingOf } from "../messages.js";
import type { Entry, EntryStore } from "./entries.js";
import type { OutboxHost } from "./types.js";

/** Tells the app of entries that were refused for good, each once over all tabs. */
export class Refusals {
  #telling = new Set<number>();

  constructor(readonly host: OutboxHost, readonly name: string, readonly locks: PageEnvironment["locks"]) {}

  /** The entry stays until the listeners are done: if this tab goes before, the next one that sends tells it. */
  tell(store: EntryStore, entry: Entry, refusal: string): void {
    const { key } = entry;
    if (this.#telling.has(key)) return;
    this.#telling.add(key);
    const isLocked = key > 0 && this.locks;
    const tell = async () => {
      if (!await (isLocked ? store.has(key) : store.claim(key))) return;
      await this.host.events.refused({ ...pendingOf(entry.json), error: WsmqError.from({ message: refusal })! });
      await store.remove(key);
    };
    const told = isLocked
      ? isLocked.request(`${this.name} refused ${key}`, { ifAvailable: true }, lock => lock ? tell() : undefined)
      : tell();
    told.catch(e => this.host.events.error(e)).finally(() => this.#telling.delete(key));
  }
}
