import { Pause, waitOf } from "../backoff.js";
import { Lost, type Session } from "../connection/session.js";
import { WsmqError } from "../errors.js";
import type { Extended, Extension } from "../extension.js";
import type { Address } from "../messages.js";
import type { Filter, Reading } from "./types.js";

/**
 * Filters and pauses, over all connections: a connection that begins while there are any delivers nothing before they are set on it. Calls are
 * made one after another, each with what holds then: of two changes the server has the later one.
 */
export class HubReading implements Extension, Reading {
  #isHeld = false;
  #client: Extended;
  #filters = new Map<Address | "*", Filter>();
  #paused = new Set<Address>();
  #session: Session | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(extend: (extension: Extension) => Extended) {
    this.#client = extend(this);
  }

  query(): string {
    this.#isHeld = this.#filters.size + this.#paused.size > 0;
    return this.#isHeld ? "&hold=true" : "";
  }

  attach(session: Session): void {
    this.#session = session;
    if (this.#isHeld) void this.#begin(session);
  }

  detach(): void {
    this.#session = undefined;
  }

  async setFilter(source: Address | "*", filter: Filter | null): Promise<void> {
    const before = this.#filters.get(source);
    this.#replace(source, filter);
    try {
      await this.#sendFilter(source);
    } catch (e) {
      if (this.#filters.get(source) === (filter ?? undefined)) this.#replace(source, before);
      throw e;
    }
  }

  async pause(source: Address): Promise<void> {
    this.#paused.add(source);
    try {
      await this.#sendPause(source);
    } catch (e) {
      this.#paused.delete(source);
      throw e;
    }
  }

  resume(source: Address): Promise<void> {
    this.#paused.delete(source);
    return this.#sendPause(source);
  }

  #replace(source: Address | "*", filter: Filter | null | undefined): void {
    if (filter) this.#filters.set(source, filter);
    else this.#filters.delete(source);
  }

  /** What the server refuses for good is reported: the source is delivered without it. */
  async #begin(session: Session): Promise<void> {
    const report = (e: unknown) => this.#client.events.error(e);
    await Promise.all([
      ...[...this.#filters.keys()].map(source => this.#sendFilter(source, session).catch(report)),
      ...[...this.#paused].map(source => this.#sendPause(source, session).catch(report)),
    ]);
    await this.#call(session, () => ["BeginReading"]).catch(report);
  }

  #sendFilter(source: Address | "*", session = this.#session): Promise<void> {
    return this.#call(session, () => ["SetFilter", source, this.#filters.get(source) ?? null]);
  }

  #sendPause(source: Address, session = this.#session): Promise<void> {
    return this.#call(session, () => [this.#paused.has(source) ? "PauseReading" : "ResumeReading", source]);
  }

  #call(session: Session | undefined, call: () => [method: string, ...args: unknown[]]): Promise<void> {
    const answered = this.#last.then(() => this.#untilAnswered(session, call));
    this.#last = answered.catch(() => {});
    return answered;
  }

  // The next connection begins with what holds then.
  async #untilAnswered(session: Session | undefined, call: () => [method: string, ...args: unknown[]]): Promise<void> {
    for (let attempt = 0; session && session === this.#session; attempt++) {
      try {
        return await session.call(...call());
      } catch (e) {
        if (!(e instanceof Lost) && !(e as WsmqError).canRetry) throw e;
        await new Pause().for(Math.max(waitOf(this.#client.settings.sendBackoff, attempt), (e as WsmqError).retryAfter ?? 0));
      }
    }
  }
}
