import { pause, settles } from "../backoff.js";
import { currentPage, type PageEnvironment } from "../browser/environment.js";
import type { Session } from "../connection/session.js";
import { clientClosed, outcomeUnknown, type WsmqError } from "../errors.js";
import { Attempts } from "./attempts.js";
import { Channel, type News } from "./channel.js";
import { DiskStore } from "./disk.js";
import { Drainer, type Outcome } from "./drainer.js";
import type { Bounds, Entry, EntryStore } from "./entries.js";
import { isUser } from "./identity.js";
import { MemoryStore } from "./memory.js";
import { PendingNews } from "./pending-news.js";
import { Refusals } from "./refusals.js";
import type { Kept, OpenOutbox, OutboxHost } from "./types.js";
import { Turns } from "./turns.js";
import { Waiters } from "./waiters.js";
import { Writer } from "./writer.js";

/** The outbox of one user in one tab. All tabs write to the same database; one that is connected, and shown if any is, sends. */
export class TabOutbox implements OpenOutbox {
  readonly #name: string;
  readonly #page: PageEnvironment | undefined;
  readonly #channel: Channel;
  readonly #writer: Writer;
  readonly #memory: MemoryStore;
  readonly #refusals: Refusals;
  readonly #news: PendingNews;
  readonly #waiters = new Waiters();
  readonly #turns: Turns;
  readonly #attempts: Attempts;
  #disk: Promise<DiskStore | undefined> | undefined;
  #isLost = false;
  #ofDisk: Drainer | undefined;
  #ofMemory: Drainer | undefined;
  #connection: AbortController | undefined;
  #following: AbortController | undefined;

  constructor(readonly host: OutboxHost, readonly user: string, server: string, readonly bounds: Bounds, maxCloses: number) {
    this.#page = host.settings.page ?? currentPage();
    this.#name = `wsmq.outbox ${server}`;
    this.#channel = new Channel(`${this.#name} ${user}`, news => this.#heard(news));
    this.#turns = new Turns(`${this.#name} ${user}`, this.#page, this.#channel);
    this.#attempts = new Attempts(maxCloses);
    this.#memory = new MemoryStore(bounds);
    this.#refusals = new Refusals(host, this.#name, this.#page?.locks);
    this.#news = new PendingNews(host.events, () => this.#count());
    this.#writer = new Writer(bounds, () => this.#store(), e => this.#lost(e), store => this.#wrote(store));
  }

  add(to: string, json: string, signal?: AbortSignal): Kept {
    const written = this.#writer.write({ to, json });
    const receipt = written.then(key => this.#waiters.wait(key, signal, () => void this.#remove(key)));

    // An app that awaits only `queued` learns of a refusal by the event.
    receipt.catch(() => {});
    return { queued: written.then(() => {}), receipt };
  }

  async pending(): Promise<number> {
    await this.#writer.idle;
    return await this.#memory.count() + (await (await this.#open())?.count() ?? 0);
  }

  async pendingMessages(): Promise<string[]> {
    await this.#writer.idle;
    const kept = await (await this.#open())?.load(0) ?? [];
    return [...kept, ...await this.#memory.load(-Infinity)].map(entry => entry.json);
  }

  /** Undefined after the stop, which must not open the disk again. */
  async #count(): Promise<number | undefined> {
    const disk = await this.#disk;
    return this.#disk && (await disk?.count() ?? 0) + await this.#memory.count();
  }

  async discard(): Promise<number> {
    await this.#writer.idle;
    const memory = await this.#memory.clear();
    const disk = await (await this.#open())?.clear();
    for (const last of [memory.last, disk?.last]) if (last !== undefined) this.#heard({ discarded: last });
    if (disk?.last !== undefined) this.#channel.tell({ discarded: disk.last });
    return memory.count + (disk?.count ?? 0);
  }

  attach(session: Session): void {
    this.#connection = new AbortController();
    this.#follow();
    void this.#drain(session, this.#connection.signal);
  }

  detach(): void {
    this.#connection?.abort();
  }

  /** The user has to sign in again. What is kept waits for that. */
  expel(error: WsmqError): void {
    this.#failAll(error, error.code);
    void this.#memory.clear().then(() => this.#news.changed());
  }

  async stop(): Promise<void> {
    await settles(Promise.all([this.#ofDisk?.finish(), this.#ofMemory?.finish()]), this.host.settings.stopTimeout);
    this.#connection?.abort();
    this.#channel.close();
    this.#following?.abort();
    this.#following = undefined;
    await this.#writer.idle;
    const why = "the client was stopped";
    this.#failAll(clientClosed(why), why);
    await this.#memory.clear();
    await settles(this.#news.changed(), this.host.settings.stopTimeout);
    const disk = await this.#disk;
    this.#disk = undefined;
    disk?.close();
  }

  /** @param error for messages that are nowhere else */
  #failAll(error: WsmqError, why: string): void {
    const kept = outcomeUnknown(`${why}; the message stays in the outbox`);
    const errorOf = (key: number) => key > 0 ? kept : this.#attempts.mayBeStored(key) ? outcomeUnknown(why, error) : error;
    for (const key of this.#waiters.keys) this.#waiters.fail(key, errorOf(key));
  }

  async #drain(session: Session, signal: AbortSignal): Promise<void> {
    try {
      const disk = await this.#open();
      if (!await isUser(this.user, session, this.host, signal)) return;
      void this.#drainMemory(signal).catch(e => this.host.events.error(e));
      if (disk) await this.#takeTurns(disk, signal);
    } catch (e) {
      if (!signal.aborted) this.host.events.error(e);
    }
  }

  /** A turn in which the disk cannot be read is not the last one. In between, other tabs may have theirs. */
  async #takeTurns(disk: DiskStore, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#turns.take(signal, turn => this.#drainDisk(disk, turn));
      } catch (e) {
        if (signal.aborted) return;
        this.host.events.error(e);
        await pause(this.host.settings.sendBackoff.max, signal);
      }
    }
  }

  /** What could not be kept waits until everything before it has left. */
  async #drainMemory(signal: AbortSignal): Promise<void> {
    const mayBegin = async (to: string) => !await this.#diskHas(to);
    this.#ofMemory = new Drainer(this.#memory, this.host, this.#attempts, mayBegin, (entry, outcome) => this.#ended(this.#memory, entry, outcome));
    await this.#ofMemory.run(signal);
  }

  async #diskHas(to: string): Promise<boolean> {
    const disk = await this.#disk;
    try {
      return await disk?.hasFor(to) ?? false;
    } catch {
      // Unknown: to be asked again.
      setTimeout(() => this.#ofMemory?.wake(), this.host.settings.sendBackoff.max);
      return true;
    }
  }

  /** One turn of this tab. */
  async #drainDisk(disk: DiskStore, turn: AbortSignal): Promise<void> {
    try {
      for (const { refusal, ...entry } of await disk.refused()) this.#refusals.tell(disk, entry, refusal);
      this.#ofDisk = new Drainer(disk, this.host, this.#attempts, async () => true, (entry, outcome) => this.#ended(disk, entry, outcome));
      await this.#ofDisk.run(turn);
    } finally {
      this.#ofDisk = undefined;
    }
  }

  #open(): Promise<DiskStore | undefined> {
    return this.#disk ??= this.#openDisk();
  }

  async #openDisk(): Promise<DiskStore | undefined> {
    this.#follow();
    try {
      const disk = await new DiskStore(this.#name, this.user, this.bounds, () => this.#emptied()).open();
      this.host.events.emit("outbox", { storage: "disk" });
      return disk;
    } catch (e) {
      this.#lost(e);
      return undefined;
    }
  }

  async #store(): Promise<EntryStore> {
    const disk = await this.#open();
    this.#waiters.writing();
    return disk && !this.#isLost ? disk : this.#memory;
  }

  /** From here on nothing is written to the disk: what is written later must not overtake what is only in memory. */
  #lost(error: unknown): EntryStore {
    if (!this.#isLost) this.host.events.emit("outbox", { storage: "memory", error });
    this.#isLost = true;
    return this.#memory;
  }

  #wrote(store: EntryStore): void {
    this.#waiters.wrote();
    void this.#news.changed();
    if (store === this.#memory) return this.#ofMemory?.wake();
    this.#ofDisk?.wake();
    this.#channel.tell();
  }

  async #remove(key: number): Promise<void> {
    await (key < 0 ? this.#memory : await this.#open())?.remove(key);
    void this.#news.changed();
    if (key > 0) this.#channel.tell();
  }

  #ended(store: EntryStore, entry: Entry, outcome: Outcome): void {
    this.#waiters.settle(entry.key, outcome);
    void this.#news.changed();
    if (store !== this.#memory) this.#channel.tell({ key: entry.key, outcome });
    this.#ofMemory?.wake();
    if (outcome.refusal) this.#refusals.tell(store, entry, outcome.refusal);
  }

  #emptied(): void {
    const unknown = outcomeUnknown("the browser has deleted what was in the outbox");
    for (const key of this.#waiters.keys) if (key > 0) this.#waiters.fail(key, unknown);
    this.#attempts.forgetThose(key => key > 0);
    void this.#news.changed();
  }

  #heard(news: News): void {
    const { key, outcome, discarded, turn } = news;
    if (turn) return this.#turns.heard(news);
    void this.#news.changed();
    if (key !== undefined && outcome) {
      this.#waiters.settle(key, outcome);
      this.#attempts.forget(key);
    }

    if (discarded !== undefined) {
      this.#waiters.discard(discarded, one => this.#attempts.mayBeStored(one));
      this.#attempts.forgetThose(one => one <= discarded && Math.sign(one) === Math.sign(discarded));
    }

    this.#ofDisk?.wake();
    this.#ofMemory?.wake();
  }

  /** Follows the page, from the first use on: creating a client touches nothing. */
  #follow(): void {
    if (this.#following) return;
    this.#channel.open();
    const { signal } = this.#following = new AbortController();
    if (!this.#page) return;
    const { window, document } = this.#page;
    window.addEventListener("pagehide", () => this.#channel.close(), { signal });
    window.addEventListener("pageshow", () => void this.#shown().catch(e => this.host.events.error(e)), { signal });
    document.addEventListener("visibilitychange", () => this.#turns.changed(), { signal });
  }

  /** Another tab may have sent messages of this one while it heard nothing. */
  async #shown(): Promise<void> {
    this.#channel.open();
    void this.#news.changed();
    const disk = await this.#disk;
    const unknown = outcomeUnknown("the message left the outbox while this page could not be told how");
    for (const key of this.#waiters.keys) if (key > 0 && disk && !await disk.has(key)) this.#waiters.fail(key, unknown);
  }
}
