import { Lost, type Session } from "../connection/session.js";
import { clientClosed, outcomeUnknown, WsmqError } from "../errors.js";
import type { Extended } from "../extension.js";
import { fromWire, type Wire } from "../messages.js";
import { serialize } from "../sending/message.js";
import { withRefusal } from "./refusal.js";
import type { Reply, RequestOptions } from "./types.js";

// The server decides when the time is over. This much later the client stops waiting for it.
const GRACE = 5_000;

/** Makes requests over the connections of a client: each once, because a second one could be handled again. */
export class Requester {
  #session: Session | undefined;
  #attached: (() => void)[] = [];
  #inFlight = new Set<Promise<unknown>>();

  constructor(readonly client: () => Extended) {}

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

  async request(
    to: string, type: string, body: unknown, { timeoutMs = 30_000, signal, ...options }: RequestOptions): Promise<Reply> {
    signal?.throwIfAborted();
    if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs is ${timeoutMs}: above 0`);
    const until = performance.now() + timeoutMs;
    const message = JSON.parse(serialize(to, type, body, options, this.client().settings));
    let cancel = () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    const cancelled = new Promise<never>((_, reject) => { cancel = () => reject(signal!.reason); });
    cancelled.catch(() => {});
    signal?.addEventListener("abort", cancel);
    try {
      const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(clientClosed("there was no connection in time")), timeoutMs); });
      late.catch(() => {});
      while (!this.#session) await Promise.race([late, cancelled, new Promise<void>(go => this.#attached.push(go))]);
      clearTimeout(timer);
      return fromWire<Reply>(await this.#ask(this.#session, message, until - performance.now(), cancelled));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
    }
  }

  async #ask(session: Session, message: { id: string }, left: number, cancelled: Promise<never>): Promise<Wire> {
    const answer = session.call<Wire>("Request", message, Math.max(1, Math.ceil(left)));
    answer.catch(() => {});
    this.#inFlight.add(answer);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new WsmqError(4017, "request-timeout", "there was no reply in time")), left + GRACE);
    });
    cancelled.catch(() => session.call("CancelRequest", message.id).catch(() => {}));
    try {
      const reply = await Promise.race([answer, late, cancelled]);
      return reply.data === undefined && reply.body === undefined ? { ...reply, body: null } : reply;
    } catch (e) {
      if (e instanceof Lost) throw outcomeUnknown("the connection was lost", e);
      throw e instanceof WsmqError ? withRefusal(e) : e;
    } finally {
      clearTimeout(timer);
      this.#inFlight.delete(answer);
    }
  }
}
