import { settles } from "../backoff.js";
import type { Call } from "../connection/calls.js";
import type { Session } from "../connection/session.js";
import { clientClosed, WsmqError } from "../errors.js";
import type { Extended, Extension } from "../extension.js";
import type { Address, Receipt } from "../messages.js";
import type { Position } from "../positions.js";
import type { MessageStatus, ReaderStatus, Tracking, WaitOptions } from "./types.js";

// An event may be lost.
const PAUSE = 30_000;

// How far the clock of the client may be ahead of the store's, or the store late with what is due.
const TOLERANCE = 60_000;

// Timers take no longer time.
const LONGEST = 2 ** 31 - 1;

interface Waiting {
  to: Address;
  receipt: Receipt;
  wake: () => void;
}

/** Tracked messages over the connections of a client. */
export class HubTracking implements Tracking, Extension {
  query(): string {
    return "&status=true";
  }
  #client: Extended;
  #listeners = new Set<(status: MessageStatus) => void>();
  #waiting = new Set<Waiting>();
  #ended: WsmqError | undefined;

  constructor(extended: (extension: Extension) => Extended, readonly call: <T>(call: Call) => Promise<T>) {
    this.#client = extended(this);
  }

  register(session: Session): void {
    session.on("StatusChanged", (changes: MessageStatus[]) => changes.forEach(change => this.#changed(change)));
  }

  attach(): void {
    this.#ended = undefined;
    this.#wake();
  }

  detach(): void {}

  // Those that wait ask again, and find that the client has ended.
  expel(error: WsmqError): void {
    this.#ended = error;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.expel(clientClosed("the client was stopped"));
  }

  listen(listener: (status: MessageStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  status(to: Address, message: { position: Position } | { id: string }, { signal }: { signal?: AbortSignal } = {}): Promise<MessageStatus | null> {
    return this.#ask(to, message, signal);
  }

  async waitFor(
    to: Address, receipt: Receipt, state: "delivered" | "acknowledged", { timeout, signal: given }: WaitOptions = {}): Promise<MessageStatus> {
    const ended = new AbortController();
    const end = () => ended.abort(given!.reason);
    given?.throwIfAborted();
    given?.addEventListener("abort", end);
    const timer = timeout === undefined ? undefined
      : setTimeout(
        () => ended.abort(new DOMException(`the message to ${to} was not ${state} in time`, "TimeoutError")), Math.min(timeout, LONGEST));
    const { signal } = ended;
    const waiting: Waiting = { to, receipt, wake: () => {} };
    this.#waiting.add(waiting);
    signal.addEventListener("abort", () => waiting.wake());
    try {
      for (;;) {
        const woken = new Promise<void>(wake => waiting.wake = wake);
        const status = await this.#ask(to, receipt.position ? receipt : { id: receipt.id }, signal, Infinity).catch(e => {
          signal.throwIfAborted();
          throw this.#ended ?? e;
        });
        if (!status && !mayWait(receipt)) {
          throw new WsmqError(2008, "invalid-message", "the message is not tracked, was cancelled, or its status is not stored any more");
        }

        if (status && hasReached(status, state)) return status;
        await settles(woken, PAUSE);
        signal.throwIfAborted();
      }
    } finally {
      this.#waiting.delete(waiting);
      clearTimeout(timer);
      given?.removeEventListener("abort", end);
    }
  }

  async *list(to: Address, after?: Position, { signal }: { signal?: AbortSignal } = {}): AsyncIterableIterator<MessageStatus> {
    for (let last = after ?? null; ;) {
      const from = last;
      const page: MessageStatus[] = await this.call({ make: session => session.call("TrackedMessages", to, from), canRepeat: true, signal });
      yield* page;
      if (page.length === 0) return;
      last = page.at(-1)!.position;
    }
  }

  async *readers(to: Address, position: Position, { signal }: { signal?: AbortSignal } = {}): AsyncIterableIterator<ReaderStatus> {
    for (let last: string | null = null; ;) {
      const from = last;
      const make = (session: Session) => session.call("MessageReaders", to, position, from);
      const page: ReaderStatus[] = await this.call({ make, canRepeat: true, signal });
      yield* page;
      if (page.length === 0) return;
      last = page.at(-1)!.device ?? page.at(-1)!.user!;
    }
  }

  #wake(): void {
    for (const { wake } of this.#waiting) wake();
  }

  #ask(to: Address, message: { position: Position } | { id: string }, signal?: AbortSignal, timeout?: number): Promise<MessageStatus | null> {
    const [position, id] = "position" in message ? [message.position, null] : [null, message.id];
    return this.call({ make: session => session.call("MessageStatus", to, position, id), canRepeat: true, signal, timeout });
  }

  #changed(status: MessageStatus): void {
    for (const { to, receipt, wake } of this.#waiting) {
      if (status.to === to && (receipt.position ? status.position === receipt.position : status.id === receipt.id)) wake();
    }

    for (const listener of [...this.#listeners]) {
      try {
        listener(status);
      } catch (e) {
        this.#client.events.error(e);
      }
    }
  }
}

// A server that is newer than the client may know other states: they count as `stored`.
const FINAL = new Set<string>(["acknowledged", "expired", "dead-lettered", "lost", "skipped"]);

const hasReached = ({ state }: MessageStatus, wanted: "delivered" | "acknowledged") =>
  FINAL.has(state) || (state === "delivered" && wanted === "delivered");

// Until its time has come a message with a delay has no status.
const mayWait = ({ dueAt }: Receipt) => dueAt !== undefined && Date.now() < dueAt + TOLERANCE;
