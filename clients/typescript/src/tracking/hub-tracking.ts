import { settles } from "../backoff.js";
import type { Call } from "../connection/calls.js";
import type { Session } from "../connection/session.js";
import { WsmqError } from "../errors.js";
import type { Extended, Extension } from "../extension.js";
import type { Address, Receipt } from "../messages.js";
import type { Position } from "../positions.js";
import type { MessageStatus, ReaderStatus, Tracking, WaitOptions } from "./types.js";

// An event may be lost.
const PAUSE = 30_000;

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

  constructor(extended: (extension: Extension) => Extended, readonly call: <T>(call: Call) => Promise<T>) {
    this.#client = extended(this);
  }

  register(session: Session): void {
    session.on("StatusChanged", (changes: MessageStatus[]) => changes.forEach(change => this.#changed(change)));
  }

  attach(): void {
    for (const { wake } of this.#waiting) wake();
  }

  detach(): void {}

  listen(listener: (status: MessageStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  status(to: Address, message: { position: Position } | { id: string }, { signal }: { signal?: AbortSignal } = {}): Promise<MessageStatus | null> {
    const args = "position" in message ? [to, message.position, null] : [to, null, message.id];
    return this.call({ method: "MessageStatus", args, canRepeat: true, signal });
  }

  async waitFor(
    to: Address, receipt: Receipt, state: "delivered" | "acknowledged", { timeout, signal: given }: WaitOptions = {}): Promise<MessageStatus> {
    const ended = new AbortController();
    const end = () => ended.abort(given!.reason);
    given?.throwIfAborted();
    given?.addEventListener("abort", end);
    const timer = timeout === undefined ? undefined
      : setTimeout(() => ended.abort(new DOMException(`the message to ${to} was not ${state} in time`, "TimeoutError")), timeout);
    const { signal } = ended;
    const waiting: Waiting = { to, receipt, wake: () => {} };
    this.#waiting.add(waiting);
    signal.addEventListener("abort", () => waiting.wake());
    try {
      for (;;) {
        const woken = new Promise<void>(wake => waiting.wake = wake);
        const status = await this.status(to, receipt.position ? receipt : { id: receipt.id }, { signal });

        // Until its time has come a message with a delay has no status.
        if (!status && receipt.position) throw new WsmqError(2008, "invalid-message", "the message is not tracked, or its status is not stored any more");
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
      const page = await this.call<MessageStatus[]>({ method: "TrackedMessages", args: [to, last], canRepeat: true, signal });
      yield* page;
      if (page.length === 0) return;
      last = page.at(-1)!.position;
    }
  }

  async *readers(to: Address, position: Position, { signal }: { signal?: AbortSignal } = {}): AsyncIterableIterator<ReaderStatus> {
    for (let last: string | null = null; ;) {
      const page: ReaderStatus[] = await this.call({ method: "MessageReaders", args: [to, position, last], canRepeat: true, signal });
      yield* page;
      if (page.length === 0) return;
      last = page.at(-1)!.device ?? page.at(-1)!.user!;
    }
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

const hasReached = ({ state }: MessageStatus, wanted: "delivered" | "acknowledged") =>
  state !== "stored" && (state !== "delivered" || wanted === "delivered");
