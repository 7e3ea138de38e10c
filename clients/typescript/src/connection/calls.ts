import { Pause, waitOf } from "../backoff.js";
import { clientClosed, outcomeUnknown, WsmqError } from "../errors.js";
import type { Settings } from "../options.js";
import { Lost, type Session, type SessionUser } from "./session.js";

/** A call of the hub whose answer goes to the app. */
export interface Call {
  method: string;
  args: unknown[];

  /** Whether the call has no further effect when it is made twice. */
  canRepeat: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Calls that wait for a connection. One that can be repeated is, after a lost connection and after a temporary refusal, until
 * `sendTimeout`.
 */
export class Calls implements SessionUser {
  #session: Session | undefined;
  #attached: (() => void)[] = [];
  #inFlight = new Set<Promise<unknown>>();
  #giveUps = new Set<(why: string, error?: WsmqError) => void>();
  #closed: WsmqError | undefined;

  constructor(readonly settings: Settings) {}

  attach(session: Session): void {
    this.#session = session;
    for (const go of this.#attached.splice(0)) go();
  }

  leave(): Promise<unknown> {
    this.#session = undefined;
    return Promise.allSettled([...this.#inFlight]);
  }

  detach(): void {
    this.#session = undefined;
  }

  expel(error: WsmqError): void {
    this.#closed = error;
    for (const giveUp of this.#giveUps) giveUp(error.code, error);
  }

  close(): void {
    this.expel(clientClosed("the client was stopped"));
  }

  async call<T>(call: Call): Promise<T> {
    const { signal } = call;
    signal?.throwIfAborted();
    if (this.#closed) throw this.#closed;
    const state = { wasWritten: false };
    let giveUp!: (why: string, error?: WsmqError) => void;
    let cancel!: () => void;
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = (why, error = clientClosed(why)) => reject(state.wasWritten ? outcomeUnknown(why) : error);
      cancel = () => reject(signal!.reason);
    });
    givenUp.catch(() => {});
    const timer = setTimeout(() => giveUp("the server did not answer in time"), this.settings.sendTimeout);
    this.#giveUps.add(giveUp);
    signal?.addEventListener("abort", cancel);
    try {
      return await this.#untilAnswered(call, state, givenUp);
    } finally {
      clearTimeout(timer);
      this.#giveUps.delete(giveUp);
      signal?.removeEventListener("abort", cancel);
    }
  }

  async #untilAnswered<T>({ method, args, canRepeat }: Call, state: { wasWritten: boolean }, givenUp: Promise<never>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      while (!this.#session) await Promise.race([givenUp, new Promise<void>(go => this.#attached.push(go))]);
      const answer = this.#session.call<T>(method, ...args);
      answer.catch(() => {});
      state.wasWritten = true;
      this.#inFlight.add(answer);
      try {
        return await Promise.race([givenUp, answer]);
      } catch (e) {
        const isLost = e instanceof Lost;
        if (!canRepeat || !(isLost || (e as WsmqError).canRetry)) throw isLost ? outcomeUnknown("the connection was lost", e) : e;
        const pause = new Pause();
        const wait = Math.max(waitOf(this.settings.sendBackoff, attempt), (e as WsmqError).retryAfter ?? 0);
        await Promise.race([givenUp, pause.for(wait)]).finally(() => pause.end());
      } finally {
        this.#inFlight.delete(answer);
      }
    }
  }
}
