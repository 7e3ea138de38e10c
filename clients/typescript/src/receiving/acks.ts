import { waitOf } from "../backoff.js";
import { Lost, type Session } from "../connection/session.js";
import type { WsmqError } from "../errors.js";
import type { ClientEvents } from "../events.js";
import type { Settings } from "../options.js";
import type { Position } from "../positions.js";

// A quarter of the server's default in-flight window, so that delayed acks never fill it.
const ACK_EVERY = 64;
const INTERVAL = 100;

/**
 * Acknowledges the highest handled position of a source, one ack at a time. The first one after a quiet time is sent at once; while
 * messages keep coming, one is sent in each interval, or after a number of messages.
 */
export class Acks {
  #handled: Position = "";
  #acknowledged: Position = "";
  #since = 0;
  #last = -INTERVAL;
  #failures = 0;
  #inFlight: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #session: Session | undefined;

  constructor(readonly source: string, readonly settings: Settings, readonly events: ClientEvents) {}

  attach(session: Session | undefined): void {
    this.#session = session;
    this.#failures = 0;
    this.#schedule(0);
  }

  handled(position: Position): void {
    this.#handled = position;
    this.#since++;
    if (this.#failures === 0) this.#schedule(this.#since >= ACK_EVERY ? 0 : this.#last + INTERVAL - performance.now());
  }

  /** The server delivers a handled message again: it did not receive the ack. */
  repeat(): void {
    this.#acknowledged = "";
    if (this.#failures === 0) this.#schedule(this.#last + INTERVAL - performance.now());
  }

  /** Sends the outstanding ack, due or not, and waits for the answer. */
  async flush(): Promise<void> {
    await this.#inFlight;
    this.#schedule(0);
    await this.#inFlight;
  }

  /** Sends the outstanding ack as a last word: the page is being left. Otherwise the next page would handle the messages again. */
  part(): void {
    if (this.#handled > this.#acknowledged) this.#session?.call("Ack", this.source, this.#handled).catch(() => {});
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer);
    if (!this.#session || this.#inFlight || this.#handled <= this.#acknowledged) return;
    if (wait > 0) this.#timer = setTimeout(() => this.#schedule(0), wait);
    else this.#inFlight = this.#send(this.#session, this.#handled);
  }

  async #send(session: Session, position: Position): Promise<void> {
    this.#since = 0;
    this.#last = performance.now();
    let failure: WsmqError | undefined;
    try {
      await session.call("Ack", this.source, position);
      this.#acknowledged = position;
    } catch (e) {
      if (!(e instanceof Lost)) failure = e as WsmqError;

      // A final refusal is an answer: repeating the ack would not change it.
      if (failure && !failure.canRetry) {
        this.#acknowledged = position;
        this.events.error(failure);
      }
    }

    this.#inFlight = undefined;
    if (session !== this.#session) this.#schedule(0);
    else if (failure?.canRetry) this.#schedule(Math.max(waitOf(this.settings.sendBackoff, this.#failures++), failure.retryAfter));
    else if (session.isAlive) {
      this.#failures = 0;
      this.#schedule(this.#since >= ACK_EVERY ? 0 : INTERVAL);
    }
  }
}
