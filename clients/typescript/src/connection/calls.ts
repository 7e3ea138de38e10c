import { Pause, settles, waitOf } from "../backoff.js";
import { clientClosed, outcomeUnknown, WsmqError } from "../errors.js";
import type { Settings } from "../options.js";
import { Lost, type Session, type SessionUser } from "./session.js";

/** A call of the hub whose answer goes to the app. */
export interface Call {
  /** Makes the call over a connection. */
  make: (session: Session) => Promise<any>;

  /** Whether the call has no further effect when it is made twice. */
  canRepeat: boolean;
  signal?: AbortSignal | undefined;

  /**
   * How long to wait for a connection, in milliseconds, for a call that itself ends the wait for its answer. Default: `sendTimeout`, for the
   * connection and the answer together.
   */
  timeout?: number | undefined;
}

interface Pending {
  wasWritten: boolean;

  /** While it is in flight. */
  answer?: Promise<unknown> | undefined;
  attached: () => void;
  giveUp: (why: string, error?: WsmqError) => void;
}

/**
 * Calls that wait for a connection. One that can be repeated is, after a lost connection and after a temporary refusal, until its time is
 * over.
 */
export class Calls implements SessionUser {
  #session: Session | undefined;
  #pending = new Set<Pending>();
  #closed: WsmqError | undefined;

  constructor(readonly settings: Settings) {}

  attach(session: Session): void {
    this.#session = session;
    for (const { attached } of this.#pending) attached();
  }

  leave(): Promise<unknown> {
    this.#session = undefined;
    return Promise.allSettled([...this.#pending].map(({ answer }) => answer));
  }

  detach(): void {
    this.#session = undefined;
  }

  expel(error: WsmqError): void {
    this.#closed = error;
    for (const { giveUp } of this.#pending) giveUp(error.code, error);
  }

  /** Refuses new calls and those that wait, and waits for the answers of those in flight. */
  async close(timeout: number): Promise<void> {
    const error = this.#closed = clientClosed("the client was stopped");
    for (const { answer, giveUp } of this.#pending) if (!answer) giveUp(error.code, error);
    await settles(Promise.allSettled([...this.#pending].map(({ answer }) => answer)), timeout);
    this.expel(error);
  }

  async call<T>(call: Call): Promise<T> {
    const { signal, timeout } = call;
    signal?.throwIfAborted();
    if (this.#closed) throw this.#closed;
    const pending: Pending = { wasWritten: false, attached: () => {}, giveUp: () => {} };
    let cancel!: () => void;
    const givenUp = new Promise<never>((_, reject) => {
      pending.giveUp = (why, error = clientClosed(why)) => reject(pending.wasWritten ? outcomeUnknown(why) : error);
      cancel = () => reject(signal!.reason);
    });
    givenUp.catch(() => {});
    const late = () => {
      if (timeout !== undefined && pending.answer) return;
      pending.giveUp(pending.wasWritten ? "the server did not answer in time" : "there was no connection in time");
    };
    const timer = timeout === Infinity ? undefined : setTimeout(late, timeout ?? this.settings.sendTimeout);
    this.#pending.add(pending);
    signal?.addEventListener("abort", cancel);
    try {
      return await this.#untilAnswered(call, pending, givenUp);
    } finally {
      clearTimeout(timer);
      this.#pending.delete(pending);
      signal?.removeEventListener("abort", cancel);
    }
  }

  async #untilAnswered<T>({ make, canRepeat }: Call, pending: Pending, givenUp: Promise<never>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      while (!this.#session) await Promise.race([givenUp, new Promise<void>(attached => { pending.attached = attached; })]);
      const answer: Promise<T> = make(this.#session);
      answer.catch(() => {});
      pending.answer = answer;
      pending.wasWritten = true;
      try {
        return await Promise.race([givenUp, answer]);
      } catch (e) {
        const isLost = e instanceof Lost;
        if (!canRepeat || !(isLost || (e as WsmqError | undefined)?.canRetry)) throw isLost ? outcomeUnknown("the connection was lost", e) : e;
        if (this.#closed) pending.giveUp(this.#closed.code);
        const pause = new Pause();
        pending.answer = undefined;
        const wait = Math.max(waitOf(this.settings.sendBackoff, attempt), (e as WsmqError).retryAfter ?? 0);
        await Promise.race([givenUp, pause.for(wait)]).finally(() => pause.end());
      }
    }
  }
}
