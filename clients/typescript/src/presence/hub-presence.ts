import { waitOf } from "../backoff.js";
import { currentPage, type PageEnvironment } from "../browser/environment.js";
import type { Call } from "../connection/calls.js";
import { Link } from "../connection/link.js";
import { Lost, type Session } from "../connection/session.js";
import { clientClosed, outcomeUnknown, WsmqError } from "../errors.js";
import type { Extended, Extension } from "../extension.js";
import type { Address } from "../messages.js";
import type { OwnPresence, Presence, PresenceChange, PresenceHandlers, PresenceWatch, UserPresence } from "./types.js";
import { PresenceView, type WireChange } from "./view.js";

interface Entry {
  view: PresenceView;
  watches: Set<{ handlers: PresenceHandlers; isSynced: boolean }>;
  isDue: boolean;
}

interface Waiting {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Presence over the connections of a client: one call after another. */
export class HubPresence implements Presence, Extension {
  #entries = new Map<Address, Entry>();
  #ended: Address[] = [];
  #own: OwnPresence = {};
  #waiting: Waiting[] = [];
  #told = "";
  #isRefused = false;
  #link: Link | undefined;
  #isRunning = false;
  #isUsed = false;
  #client: Extended;
  #page: PageEnvironment | undefined;
  #unfollow = () => {};

  constructor(
    extended: (extension: Extension) => Extended, readonly call: <T>(call: Call) => Promise<T>, readonly followsPage: boolean) {
    this.#client = extended(this);
  }

  /** From now on a hidden page is away. */
  use(): void {
    this.#isUsed = true;
    this.#follow();
    this.#step();
  }

  watch(address: Address, handlers: PresenceHandlers = {}): PresenceWatch {
    if (address.startsWith("work:")) throw new Error("A work queue has no presence.");
    this.use();
    let entry = this.#entries.get(address);
    if (!entry) this.#entries.set(address, entry = { view: new PresenceView(), watches: new Set(), isDue: true });
    const { view, watches } = entry;
    const watch = { handlers, isSynced: false };
    watches.add(watch);
    if (view.isCurrent) queueMicrotask(() => watches.has(watch) && this.#tell(entry));
    else entry.isDue = true;
    this.#step();
    return {
      address,
      get state() {
        return view.state;
      },
      stop: () => {
        if (!watches.delete(watch) || watches.size > 0) return;
        this.#entries.delete(address);
        this.#ended.push(address);
        this.#step();
      },
    };
  }

  set(own: OwnPresence): Promise<void> {
    this.use();
    this.#own = { ...own };
    this.#isRefused = false;
    this.#told = "?";
    const answered = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#step();
    return answered;
  }

  get(users: string[]): Promise<UserPresence[]> {
    return this.call({ make: session => session.call("GetPresence", users), canRepeat: true });
  }

  register(session: Session): void {
    session.on("Presence", (change: WireChange) => this.#changed(change));
  }

  attach(session: Session): void {
    this.#link = new Link(session);
    this.#follow();
    this.#ended = [];

    // What every connection begins with.
    this.#told = written(false, undefined);
    this.#isRefused = false;
    for (const entry of this.#entries.values()) again(entry);
    this.#step();
  }

  detach(): void {
    this.#link?.end();
    this.#link = undefined;
  }

  expel(error: WsmqError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  async stop(): Promise<void> {
    this.detach();
    this.#unfollow();
    this.#page = undefined;
    this.expel(clientClosed("the client was stopped"));
  }

  #follow(): void {
    if (!this.followsPage || !this.#isUsed || !this.#link || this.#page) return;
    const page = this.#page = this.#client.settings.page ?? currentPage();
    if (!page) return;
    const changed = () => this.#step();
    page.document.addEventListener("visibilitychange", changed);
    this.#unfollow = () => page.document.removeEventListener("visibilitychange", changed);
  }

  #changed(change: WireChange): void {
    const entry = this.#entries.get(change.address);
    if (!entry) return;
    if (change.error) return this.#refuse(entry, WsmqError.from(change.error) ?? outcomeUnknown(change.error));
    const changes = entry.view.take(change);
    if (changes) this.#tell(entry, changes);
    if (changes !== false) return;
    again(entry);
    this.#step();
  }

  /** Tells the watches of an address the whole that have not had it, and the others what has changed: undefined for nothing. */
  #tell({ view, watches }: Entry, changes?: PresenceChange[]): void {
    for (const watch of [...watches]) {
      try {
        if (watch.isSynced) {
          if (changes) watch.handlers.onChange?.(changes, view.state!);
        } else {
          watch.isSynced = true;
          watch.handlers.onSync?.(view.state!);
        }
      } catch (e) {
        this.#client.events.error(e);
      }
    }
  }

  #refuse(entry: Entry, error: WsmqError): void {
    // What is known gets no changes any more: the next watch has to ask for it.
    again(entry);
    entry.isDue = false;
    for (const { handlers } of [...entry.watches]) {
      try {
        if (handlers.onError) handlers.onError(error);
        else this.#client.events.error(error);
      } catch (e) {
        this.#client.events.error(e);
      }
    }
  }

  /** The call that is due; undefined if none is. */
  #next(): { method: string; args: unknown[]; answered: (answer: any) => void; refused: (error: WsmqError) => void; retry: () => void } | undefined {
    const ended = this.#ended.shift();
    if (ended !== undefined) {
      // It may have been watched again: then the watch comes after this call.
      const entry = this.#entries.get(ended);
      if (entry) again(entry);
      return { method: "UnwatchPresence", args: [ended], answered: () => {}, refused: () => {}, retry: () => this.#ended.push(ended) };
    }

    const own = this.#own;
    const { away = this.#page?.document.visibilityState === "hidden", data } = own;
    const text = written(away, data);
    if (text !== this.#told && !this.#isRefused) {
      const before = this.#told;
      const waiting = this.#waiting.splice(0);
      this.#told = text;
      return {
        method: "SetPresence", args: [away, data ?? null],
        answered: () => waiting.forEach(({ resolve }) => resolve()),
        refused: error => {
          // Something newer may have been set meanwhile, and is told next.
          if (this.#own === own) {
            this.#isRefused = true;
            this.#own = {};
          }

          waiting.forEach(({ reject }) => reject(error));
        },
        retry: () => {
          this.#told = before;
          this.#waiting.unshift(...waiting);
        },
      };
    }

    // Something newer was told, or this connection has it from its beginning.
    for (const { resolve } of this.#isRefused ? [] : this.#waiting.splice(0)) resolve();
    for (const [address, entry] of this.#entries) {
      if (!entry.isDue) continue;
      again(entry);
      entry.isDue = false;
      return {
        method: "WatchPresence", args: [address],
        answered: state => {
          this.#tell(entry, entry.view.sync(state));
        },
        refused: error => this.#refuse(entry, error),
        retry: () => entry.isDue = true,
      };
    }

    return undefined;
  }

  #step(): void {
    if (this.#isRunning || !this.#link) return;
    this.#isRunning = true;
    void this.#run(this.#link).finally(() => {
      this.#isRunning = false;
      if (this.#link && this.#isDue) this.#step();
    });
  }

  get #isDue(): boolean {
    const { away = this.#page?.document.visibilityState === "hidden", data } = this.#own;
    return this.#ended.length > 0 || (!this.#isRefused && written(away, data) !== this.#told)
      || [...this.#entries.values()].some(entry => entry.isDue);
  }

  async #run(link: Link): Promise<void> {
    for (let attempt = 0; !link.isOver; ) {
      const next = this.#next();
      if (!next) return;
      try {
        const answer = await link.call(next.method, ...next.args);
        attempt = 0;
        if (link.isOver) next.retry();
        else next.answered(answer);
      } catch (e) {
        if (e instanceof Lost || link.isOver) {
          next.retry();

          // Closed, and not detached yet: without a pause nothing else of the page would run, and so it would never be.
          await link.pause(waitOf(this.#client.settings.sendBackoff, attempt++));
          continue;
        }

        const error = e as WsmqError;
        if (error.canRetry) {
          next.retry();
          await link.pause(Math.max(waitOf(this.#client.settings.sendBackoff, attempt++), error.retryAfter));
        } else {
          next.refused(error);
        }
      }
    }
  }
}

const written = (away: boolean, data: unknown) => JSON.stringify([away, data ?? null]);

function again(entry: Entry): void {
  entry.view.begin();
  entry.isDue = true;
}
