import { Pause, settles, waitOf } from "../backoff.js";
import { Lost, type Session } from "../connection/session.js";
import type { WsmqError } from "../errors.js";
import { isFinal } from "../events.js";
import type { Extended, Extension } from "../extension.js";
import { fromWire, type Wire } from "../messages.js";
import { answerOf, type Answer } from "./answer.js";
import type { IncomingRequest, RequestHandler } from "./types.js";

interface Offer {
  handlers: Map<string, RequestHandler<any>>;
  concurrency: number;
}

/** Answers requests over the connections of a client. A request belongs to the connection that it came over. */
export class Responder implements Extension {
  readonly client: Extended;
  #offers = new Map<string | null, Offer>();
  #open = new Map<string, AbortController>();
  #session: Session | undefined;
  #isStopping = false;
  #answered: (() => void)[] = [];

  // Of offers that are refused while the user is not a member of their group.
  #pauses = new Set<Pause>();

  constructor(extended: (extension: Extension) => Extended) {
    this.client = extended(this);
  }

  add(at: string | null, type: string, handler: RequestHandler<any>, concurrency: number | undefined): void {
    let offer = this.#offers.get(at);
    if (!offer) this.#offers.set(at, offer = { handlers: new Map(), concurrency: 16 });
    if (offer.handlers.has(type)) throw new Error(`Requests of the type '${type}' already have a handler there.`);
    offer.handlers.set(type, handler);
    offer.concurrency = concurrency ?? offer.concurrency;
  }

  register(session: Session): void {
    session.on("Request", (request: Wire & { id: string; to: string }) => void this.#answer(session, request));
    session.on("RequestCancelled", (id: string) => this.#open.get(id)?.abort());
  }

  attach(session: Session): void {
    this.#session = session;
    this.#isStopping = false;
    for (const [at, offer] of this.#offers) void this.#offer(session, at, offer);
  }

  // Nobody waits any more for what came over a lost connection.
  detach(): void {
    this.#session = undefined;
    this.#endPauses();
    for (const open of this.#open.values()) open.abort();
  }

  /** Gets no more requests over this connection, and ends those that it has. */
  async leave(): Promise<void> {
    const session = this.#session;
    if (session) await Promise.allSettled([...this.#offers.keys()].map(at => session.call("Respond", at, null, 0)));
    if (this.#open.size > 0) await new Promise<void>(resolve => this.#answered.push(resolve));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#endPauses();
    await settles(this.leave(), this.client.settings.stopTimeout);
    for (const open of this.#open.values()) open.abort();
  }

  async #answer(session: Session, request: Wire & { id: string; to: string }): Promise<void> {
    const abort = new AbortController();
    this.#open.set(request.id, abort);
    const { to, type = "" } = request;
    const offer = this.#offers.get(to) ?? (to.startsWith("user:") ? this.#offers.get(null) : undefined);
    const { settings, events } = this.client;
    const answer = await answerOf(
      offer?.handlers.get(type), fromWire<IncomingRequest>(request), abort.signal, settings, error => events.error(error));
    await this.#send(session, request.id, answer);
    this.#open.delete(request.id);
    if (this.#open.size === 0) this.#answered.splice(0).forEach(go => go());
  }

  async #send(session: Session, id: string, { reply, code, text }: Answer): Promise<void> {
    try {
      await (reply ? session.call("Reply", id, reply) : session.call("RefuseRequest", id, code, text ?? null));
    } catch (e) {
      if (e instanceof Lost) return;
      this.client.events.error(e);
      if (reply) await this.#send(session, id, { code: "invalid-reply" });
    }
  }

  async #offer(session: Session, at: string | null, { handlers, concurrency }: Offer): Promise<void> {
    const { settings, events } = this.client;
    let isReported = false;
    for (let attempt = 0; session === this.#session && !this.#isStopping; attempt++) {
      try {
        await session.call("Respond", at, [...handlers.keys()], concurrency);
        return;
      } catch (e) {
        if (e instanceof Lost) return;
        const isRefused = isFinal(e);
        if (isRefused && !isReported) events.error(e);
        isReported ||= isRefused;

        // Who is not a member of a group yet may become one.
        if (isRefused && !(at?.startsWith("group:") && e.code === "read-not-allowed")) return;
        const backoff = isRefused ? settings.reconnectBackoff : settings.sendBackoff;
        const pause = new Pause();
        this.#pauses.add(pause);
        await pause.for(Math.max(waitOf(backoff, attempt), (e as WsmqError).retryAfter));
        this.#pauses.delete(pause);
      }
    }
  }

  #endPauses(): void {
    for (const pause of this.#pauses) pause.end();
  }
}
