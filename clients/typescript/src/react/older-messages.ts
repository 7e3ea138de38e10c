import type { HistoryPage, HistoryQuery } from "../history/types.js";
import { following } from "../history/pages.js";

/** What a component shows of a history. */
export interface HistoryState<Any> {
  /** The messages that were loaded so far, the newest first. */
  entries: readonly Any[];

  /** Whether messages are being loaded. */
  isLoading: boolean;

  /** Whether there may be older messages than those. */
  hasOlder: boolean;

  /** Why the last load failed; the next one begins at the same place. */
  error: unknown;
}

/** A history that grows backwards. */
export class OlderMessages<Any> {
  state: HistoryState<Any> = { entries: [], isLoading: false, hasOlder: true, error: undefined };
  #listeners = new Set<() => void>();
  #loading: Promise<void> | undefined;
  #rest: HistoryQuery;

  constructor(readonly read: (query: HistoryQuery) => Promise<HistoryPage<Any>>, query: HistoryQuery) {
    this.#rest = { ...query, newest: true };
  }

  subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => { this.#listeners.delete(changed); };
  };

  /** Loads the newest messages, if nothing was loaded before. */
  begin(): void {
    if (this.state.entries.length === 0 && this.state.hasOlder) void this.load();
  }

  /** Loads at least one message more, if there is one. Calls during a load wait for it. */
  load = (): Promise<void> => this.#loading ??= this.#load().finally(() => { this.#loading = undefined; });

  async #load(): Promise<void> {
    if (!this.state.hasOlder) return;
    this.#change({ isLoading: true, error: undefined });
    try {
      // A page may be empty although there are older messages.
      for (let found = 0; found === 0 && this.state.hasOlder;) {
        const page = await this.read(this.#rest);
        this.#rest = following(this.#rest, page);
        found = page.entries.length;
        this.#change({ entries: [...this.state.entries, ...page.entries], hasOlder: page.next !== null });
      }
    } catch (error) {
      this.#change({ error });
    } finally {
      this.#change({ isLoading: false });
    }
  }

  #change(change: Partial<HistoryState<Any>>): void {
    this.state = { ...this.state, ...change };
    for (const changed of this.#listeners) changed();
  }
}
