import type { Call } from "../connection/calls.js";
import type { Session } from "../connection/session.js";
import { WsmqError } from "../errors.js";
import { fromWire, type Wire } from "../messages.js";
import type { Settings } from "../options.js";
import { serialize } from "../sending/message.js";
import { withRefusal } from "./refusal.js";
import type { Reply, RequestOptions } from "./types.js";

// The server decides when the time is over. This much later the client stops waiting for it.
const GRACE = 5_000;

// Timers take no longer time.
const LONGEST = 2 ** 31 - 1 - GRACE;

/** Makes requests over the connections of a client: each once, because a second one could be handled again. */
export class Requester {
  constructor(readonly settings: Settings, readonly call: <T>(call: Call) => Promise<T>) {}

  async request(to: string, type: string, body: unknown, { timeout = 30_000, signal, ...options }: RequestOptions): Promise<Reply> {
    signal?.throwIfAborted();
    if (!(timeout > 0 && timeout <= LONGEST)) throw new RangeError(`timeout is ${timeout}: above 0, and at most 24 days`);
    const until = performance.now() + timeout;
    const message = JSON.parse(serialize(to, type, body, options, this.settings));
    const make = (session: Session) => ask(session, message, Math.max(1, Math.ceil(until - performance.now())), signal);
    try {
      return fromWire<Reply>(await this.call<Wire>({ make, canRepeat: false, signal, timeout }));
    } catch (e) {
      throw e instanceof WsmqError ? withRefusal(e) : e;
    }
  }
}

async function ask(session: Session, message: { id: string }, left: number, signal: AbortSignal | undefined): Promise<Wire> {
  const cancel = () => void session.call("CancelRequest", message.id).catch(() => {});
  signal?.addEventListener("abort", cancel);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WsmqError(4017, "request-timeout", "there was no reply in time")), left + GRACE);
  });
  try {
    const reply = await Promise.race([session.call<Wire>("Request", message, left), late]);
    return reply.data === undefined && reply.body === undefined ? { ...reply, body: null } : reply;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
  }
}
