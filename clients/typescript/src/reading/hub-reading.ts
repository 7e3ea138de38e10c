import { waitOf } from "../backoff.js";
import { Link } from "../connection/link.js";
import { Lost, type Session } from "../connection/session.js";
import type { WsmqError } from "../errors.js";
import type { Extended, Extension } from "../extension.js";
import type { Address } from "../messages.js";
import type { Filter, Reading } from "./types.js";

/**
 * Filters and pauses, over all connections: a connection delivers nothing before those that there are then are set on it. Calls are made one
 * after another, each with what holds then: of two changes the server has the later one.
 */
export class HubReading implements Extension, Reading {
  #client: Extended;
  #filters = new Map<Address | "*", Filter>();
  #paused = new Map<Address, object>();
  #link: Link | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(extend: (extension: Extension) => Extended) {
    this.#client = extend(this);
  }

  // Also while nothing is set: what the app sets during the attempt to connect is to hold from the first message on as well.
  query(): string {
    return "&hold=true";
  }

  attach(session: Session): void {
    this.#link = new Link(session);
    this.#last = Promise.resolve();
    void this.#begin(this.#link);
  }

  detach(): void {
    this.#link?.end();
    this.#link = undefined;
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
    const pause = {};
    this.#paused.set(source, pause);
    try {
      await this.#sendPause(source);
    } catch (e) {
      if (this.#paused.get(source) === pause) this.#paused.delete(source);
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
  async #begin(link: Link): Promise<void> {
    const report = (e: unknown) => this.#client.events.error(e);
    await Promise.all([
      ...[...this.#filters.keys()].map(source => this.#sendFilter(source, link).catch(report)),
      ...[...this.#paused.keys()].map(source => this.#sendPause(source, link).catch(report)),
    ]);
    await this.#call(link, () => ["BeginReading"]).catch(report);
  }

  #sendFilter(source: Address | "*", link = this.#link): Promise<void> {
    return this.#call(link, () => ["SetFilter", source, this.#filters.get(source) ?? null]);
  }

  #sendPause(source: Address, link = this.#link): Promise<void> {
    return this.#call(link, () => [this.#paused.has(source) ? "PauseReading" : "ResumeReading", source]);
  }

  // The next connection begins with what holds then.
  async #call(link: Link | undefined, call: () => [method: string, ...args: unknown[]]): Promise<void> {
    if (!link || link.isOver) return;
    const answered = this.#last.then(() => this.#untilAnswered(link, call));
    this.#last = answered.catch(() => {});
    await answered;
  }

  async #untilAnswered(link: Link, call: () => [method: string, ...args: unknown[]]): Promise<void> {
    for (let attempt = 0; !link.isOver; attempt++) {
      try {
        return await link.call(...call());
      } catch (e) {
        if (!(e instanceof Lost) && !(e as WsmqError).canRetry) throw e;
        await link.pause(Math.max(waitOf(this.#client.settings.sendBackoff, attempt), (e as WsmqError).retryAfter ?? 0));
      }
    }
  }
}
