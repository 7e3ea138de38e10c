import { Pause, waitOf } from "../backoff.js";
import { Lost, type Session } from "../connection/session.js";
import { clientClosed, type WsmqError } from "../errors.js";
import { isFinal, type ClientEvents, type GapEvent } from "../events.js";
import type { Handlers } from "../handlers.js";
import type { Address, Wire } from "../messages.js";
import type { Settings } from "../options.js";
import { next, type Position } from "../positions.js";
import { Acks, type AllAcks } from "./acks.js";
import { Resume } from "./resume.js";

/** A delivery on the wire. */
export interface Delivery extends Wire {
  source: Address;
  position: Position;
  previous: Position;
}

/** A delivery, or a gap that ends at the position, in the order of the log. */
interface Item {
  position: Position;
  previous: Position;
  delivery?: Delivery;
  gap?: GapEvent;
}

/**
 * The deliveries of one source. An entry is accepted only if none can be missing before it; otherwise it is dropped and the client calls
 * Resume after the last received position. Accepted ones are passed to the app one after another, and one that fails is repeated with
 * growing waits before the next one: the server counts the failures and dead-letters it at its limit.
 */
export class Source {
  readonly acks: Acks;
  #queue: Item[] = [];
  #received: Position | undefined;
  #isBehind = false;
  #handled: Position = "";
  #left: Position = "";
  #resume = new Resume();
  #isFull = false;
  #deadLettered = new Set<Position>();
  #session: Session | undefined;
  #isResuming = false;
  #isRunning = false;
  #pause = new Pause();
  #idle = Promise.resolve();
  #seeks: { resolve(): void; reject(error: unknown): void }[] = [];

  constructor(
    readonly address: Address, readonly settings: Settings, readonly events: ClientEvents, readonly handlers: Handlers,
    readonly signal: AbortSignal, allAcks: AllAcks) {
    this.acks = new Acks(address, settings, events, allAcks);
    signal.addEventListener("abort", () => {
      this.#pause.end();
      for (const { reject } of this.#seeks.splice(0)) reject(clientClosed("the client was stopped"));
    });
  }

  /** Settles when no handler runs. */
  get idle(): Promise<void> {
    return this.#idle;
  }

  attach(session: Session | undefined): void {
    this.#session = session;

    // What has arrived with this connection's handshake, before this call, needs no request.
    if (session) this.#resume.connected(this.#isBehind);
    this.#isBehind = !session && this.#received !== undefined;
    this.acks.attach(session);
    void this.#callResume();
  }

  /** Goes on after a position. What waits is dropped; a handler that runs comes to its end. */
  seek(after: Position): Promise<void> {
    this.#queue.splice(this.#isRunning ? 1 : 0);
    this.#isFull = false;
    this.#received = after;
    this.#resume.seek();
    return new Promise((resolve, reject) => {
      this.#seeks.push({ resolve, reject });
      void this.#callResume();
    });
  }

  arrived(item: Item): void {
    const { position, previous } = item;
    const received = this.#received;
    if (received !== undefined && position <= received) {
      if (position <= this.#handled) this.acks.repeat();
      return;
    }

    if (received !== undefined && previous > received && !this.#giveUp(received, previous)) {
      this.#resume.miss();
      void this.#callResume();
      return;
    }

    this.#take(item);
  }

  deadLettered(position: Position, attempts: number): void {
    if (position <= this.#left || this.#deadLettered.has(position)) return;
    this.#deadLettered.add(position);
    this.#pause.end();
    this.events.deadLettered({ source: this.address, position, attempts });
  }

  #giveUp(after: Position, before: Position): boolean {
    if (!this.#resume.mayGiveUp) return false;
    const gap = { source: this.address, after, before: next(before), reason: "lost" };
    return this.#take({ position: before, previous: after, gap });
  }

  #take(item: Item): boolean {
    if (this.#isFull || this.#queue.length >= this.settings.maxBufferedDeliveries) {
      this.#isFull = true;
      this.#resume.dropped();
      return false;
    }

    this.#received = item.position;
    this.#resume.taken();
    this.#queue.push(item);
    if (!this.#isRunning) this.#idle = this.#run();
    return true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;

    // The handler must not run inside SignalR's callback.
    await Promise.resolve();
    for (let item; !this.signal.aborted && (item = this.#queue[0]);) {
      if (await (item.gap ? this.#announce(item.gap) : this.#handle(item.delivery!))) {
        this.#handled = this.#left = item.position;
        for (const position of this.#deadLettered) if (position <= this.#left) this.#deadLettered.delete(position);

        // Gaps as well: one at the tail of a log would otherwise be announced again on every connection.
        this.acks.handled(item.position);
      }

      this.#queue.shift();
      if (this.#isFull && this.#queue.length <= this.settings.maxBufferedDeliveries / 2) {
        this.#isFull = false;
        void this.#callResume();
      }
    }

    this.#isRunning = false;
  }

  /** Returns whether the message was handled or dead-lettered: then it may be acknowledged. */
  async #handle(delivery: Delivery): Promise<boolean> {
    for (let attempt = 0; !this.signal.aborted; attempt++) {
      if (this.#deadLettered.has(delivery.position)) return true;
      try {
        return await this.handlers.handle(delivery, this.signal);
      } catch (e) {
        if (this.signal.aborted) break;
        this.events.error(e, delivery);
        const pause = this.#pause.for(waitOf(this.settings.handlerBackoff, attempt));
        await Promise.all([this.#nack(delivery.position, e), pause]);
      }
    }

    return false;
  }

  async #announce(gap: GapEvent): Promise<boolean> {
    for (let attempt = 0; !this.signal.aborted; attempt++) {
      try {
        await this.events.gap(gap);
        return true;
      } catch (e) {
        this.events.error(e);
        await this.#pause.for(waitOf(this.settings.handlerBackoff, attempt));
      }
    }

    return false;
  }

  async #nack(position: Position, error: unknown): Promise<void> {
    const session = this.#session;
    if (!session) return;
    try {
      // The server counts attempts only at the first unacknowledged message.
      await this.acks.flush();
      await session.call("Nack", this.address, position, this.handlers.reasonOf(error));
    } catch {
      // The attempt does not count. The next one is reported as well.
    }
  }

  async #callResume(): Promise<void> {
    if (this.#isResuming) return;
    this.#isResuming = true;
    let failures = 0;
    for (let session; (session = this.#session) && this.#resume.isNeeded && !this.#isFull && !this.signal.aborted;) {
      this.#resume.begin();
      const seeks = this.#seeks.splice(0);
      try {
        await session.call("Resume", this.address, this.#received);
        this.#resume.answered(false);
        for (const { resolve } of seeks) resolve();
        failures = 0;
      } catch (e) {
        if (isFinal(e)) {
          this.#resume.answered(true);
          this.#refused(e, seeks);
          continue;
        }

        this.#seeks.unshift(...seeks);
        if (session === this.#session && session.isAlive) {
          const retryAfter = e instanceof Lost ? 0 : (e as WsmqError).retryAfter;
          await new Pause().for(Math.max(waitOf(this.settings.sendBackoff, failures++), retryAfter));
        } else if (session === this.#session) {
          break;
        }
      }
    }

    this.#isResuming = false;
  }

  #refused(error: WsmqError, seeks: { reject(error: unknown): void }[]): void {
    // The user has left the group. Whoever joins again begins with what is delivered then.
    if (error.code === "read-not-allowed") {
      this.#received = undefined;
    } else if (seeks.length > 0) {
      // It goes on where it was, with what the seek has dropped.
      this.#received = this.#queue[0]?.position ?? (this.#left || undefined);
      if (this.#received !== undefined) this.#resume.seek();
    } else {
      this.events.error(error);
    }

    for (const { reject } of seeks) reject(error);
  }
}
