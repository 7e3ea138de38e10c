import { waitOf } from "../backoff.js";
import { Lost, type Session } from "../connection/session.js";
import type { WsmqError } from "../errors.js";
import type { ClientEvents } from "../events.js";
import type { Settings } from "../options.js";
import type { Position } from "../positions.js";

// After so many times the messages of an ack of one source, all are acknowledged: a quarter of the default window of a connection.
const ACKS_OF_CONNECTION = 2;

// After this part of the messages of an ack, and then this part of the interval without another one, the ack is sent: the server's in-flight
// window may be smaller than this client expects, and used up. While messages keep an even pace, the interval ends first.
const LULL_MESSAGES = 16;
const LULL = 8;

/** The acks of all sources: the window of the connection must not fill with a few messages of each of many sources. */
export class AllAcks {
  readonly #all: Acks[] = [];
  #handled = 0;

  constructor(readonly settings: Settings) {}

  add(acks: Acks): void {
    this.#all.push(acks);
  }

  handled(): void {
    if (++this.#handled < ACKS_OF_CONNECTION * this.settings.ackAfterMessages) return;
    this.#handled = 0;
    for (const acks of this.#all) acks.due();
  }
}

/**
 * Acknowledges the highest handled position of a source, or the last one of what is read again, one ack at a time. The first one after a
 * quiet time is sent at once, for a group within the interval; while messages keep coming, one is sent in each interval, or after a number of
 * messages of the source or of all sources.
 */
export class Acks {
  #handled: Position = "";
  #acknowledged: Position = "";
  #sent: Position = "";
  #owed: Position | undefined;
  #since = 0;
  #handledAt = 0;
  #last = -Infinity;
  #failures = 0;
  #inFlight: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #session: Session | undefined;

  constructor(readonly source: string, readonly settings: Settings, readonly events: ClientEvents, readonly all: AllAcks) {
    all.add(this);
  }

  attach(session: Session | undefined): void {
    this.#session = session;
    this.#failures = 0;
    this.#schedule(0);
  }

  handled(position: Position): void {
    if (position > this.#handled) this.#handled = position;

    // State, or what is read again after a resume: the ack moves no cursor, but the server waits for it, of a new reader or in its window.
    if (position <= this.#sent) this.#owed = position;
    this.#handledAt = performance.now();

    // All members of a group handle a message at the same moment: their acknowledgements are spread over the interval.
    const { ackInterval } = this.settings;
    if (this.#since++ === 0 && this.source.startsWith("group:") && this.#handledAt - this.#last >= ackInterval)
      this.#last = this.#handledAt - Math.random() * ackInterval;
    if (this.#failures === 0) this.#schedule(this.#wait());
    this.all.handled();
  }

  /** Sends the outstanding ack now, unless one is in flight or is retried. */
  due(): void {
    if (this.#failures === 0) this.#schedule(0);
  }

  /** The server delivers a handled message again: it did not receive the ack. */
  repeat(): void {
    this.#acknowledged = "";
    if (this.#failures === 0) this.#schedule(this.#wait());
  }

  /** Sends the outstanding ack, due or not, and waits for the answer. */
  async flush(): Promise<void> {
    await this.#inFlight;
    this.#schedule(0);
    await this.#inFlight;
  }

  /** Sends the outstanding ack as a last word: the page is being left. Otherwise the next page would handle the messages again. */
  part(): void {
    const position = this.#outstanding;
    if (position !== undefined) this.#session?.call("Ack", this.source, position).catch(() => {});
  }

  get #outstanding(): Position | undefined {
    return this.#handled > this.#acknowledged ? this.#handled : this.#owed;
  }

  /** The time until the next ack is due. */
  #wait(): number {
    const { ackInterval, ackAfterMessages } = this.settings;
    if (this.#since >= ackAfterMessages) return 0;
    const end = this.#last + ackInterval;
    const endOfLull = this.#since >= ackAfterMessages / LULL_MESSAGES ? this.#handledAt + ackInterval / LULL : end;
    return Math.min(end, endOfLull) - performance.now();
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer);
    const position = this.#outstanding;
    if (!this.#session || this.#inFlight || position === undefined) return;
    if (wait > 0) this.#timer = setTimeout(() => this.#schedule(0), wait);
    else this.#inFlight = this.#send(this.#session, position);
  }

  async #send(session: Session, position: Position): Promise<void> {
    const owed = this.#owed;
    this.#owed = undefined;
    if (position > this.#sent) this.#sent = position;
    this.#since = 0;
    this.#last = performance.now();
    let failure: WsmqError | undefined;
    try {
      await session.call("Ack", this.source, position);
      this.#answered(position);
    } catch (e) {
      if (!(e instanceof Lost)) failure = e as WsmqError;

      // A final refusal is an answer: repeating the ack would not change it.
      if (failure && !failure.canRetry) {
        this.#answered(position);
        this.events.error(failure);
      } else {
        this.#owed ??= owed;
      }
    }

    this.#inFlight = undefined;
    if (session !== this.#session) this.#schedule(0);
    else if (failure?.canRetry) this.#schedule(Math.max(waitOf(this.settings.sendBackoff, this.#failures++), failure.retryAfter));
    else if (session.isAlive) {
      this.#failures = 0;
      this.#schedule(this.#wait());
    }
  }

  #answered(position: Position): void {
    if (position > this.#acknowledged) this.#acknowledged = position;
  }
}
