import { Serialized } from "../connection/protocol.js";
import { Lost, type Session, type SessionUser } from "../connection/session.js";
import { settles } from "../backoff.js";
import { clientClosed, outcomeUnknown, WsmqError } from "../errors.js";
import type { Receipt } from "../messages.js";
import type { Settings } from "../options.js";
import { Scheduler } from "./scheduler.js";
import { Send, type Outcome, type Tried } from "./sequence.js";

// The approximate size of a send besides its text, so that many small messages count towards the limit.
const OVERHEAD = 512;

interface Result {
  number: number;
  id: string;
  position?: string;
  duplicate?: boolean;
  uniqueIdTaken?: boolean;
  dueAt?: number;
  error?: string;
  retryAfter?: number;
}

/** Sends messages, with retries, until each has a receipt or a final error, or has reached its time limit. */
export class Sender implements SessionUser {
  #open = new Set<Send>();
  #calls = new Set<Send[]>();
  #size = 0;
  #session: Session | undefined;
  #scheduler: Scheduler;
  #closed: WsmqError | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #began = Date.now() - performance.now();
  #isFilling = false;
  #isParting = false;
  #quiet: (() => void) | undefined;
  #onLeft = new Map<Send, () => void>();
  #cause = "the client was not started";

  constructor(readonly settings: Settings) {
    this.#scheduler = new Scheduler(settings.maxInFlightSends, settings.sendBackoff, () => this.#fill(), send => this.#left(send));
  }

  send(to: string, json: string, signal?: AbortSignal, tried?: Tried): Promise<Receipt> {
    return new Promise<Receipt>((resolve, reject) => {
      const send = new Send(to, json, (receipt, error) => {
        signal?.removeEventListener("abort", cancel);
        if (receipt) resolve(receipt);
        else reject(error);
      }, tried);
      const cancel = () => this.#settle(send, signal!.reason);
      const size = json.length + OVERHEAD;
      const { maxPendingSendBytes } = this.settings;
      if (signal?.aborted) return reject(signal.reason);
      if (this.#closed) return reject(this.#closed);
      if (this.#size > 0 && this.#size + size > maxPendingSendBytes) {
        const text = `the client's maxPendingSendBytes is ${maxPendingSendBytes}`;
        return reject(new WsmqError(4003, "too-many-sends", text, { canRetry: true }));
      }

      signal?.addEventListener("abort", cancel);
      this.#size += size;
      send.since = this.#now();
      this.#open.add(send);
      this.#timer ??= setTimeout(() => this.#expire(), this.settings.sendTimeout);
      this.#scheduler.add(send);
    });
  }

  /** Why nothing is accepted any more. */
  get closed(): WsmqError | undefined {
    return this.#closed;
  }

  /** How many sends have no result yet. */
  get pending(): number {
    return this.#open.size;
  }

  /** Those sends, in the order of the calls. */
  get pendingMessages(): string[] {
    return [...this.#open].map(send => send.json);
  }

  /** Gives up all of them. Those in flight may be stored. */
  discard(): number {
    const { size } = this.#open;
    for (const send of this.#open) this.#giveUp(send, "the message was discarded");
    return size;
  }

  attach(session: Session): void {
    this.#session = session;
    this.#isParting = false;
    this.#scheduler.connect();
  }

  leave(): Promise<void> {
    this.#session = undefined;
    this.#scheduler.leave();
    return new Promise(resolve => {
      this.#quiet = resolve;
      this.#noteQuiet();
    });
  }

  part(): void {
    this.#isParting = true;
  }

  detach(): void {
    this.#session = undefined;
    this.#cause = "there is no connection";
    const written = [...this.#calls].flat();
    for (const send of written) if (!send.settled) send.tried?.(this.#isParting ? undefined : false);
    this.#calls.clear();
    this.#scheduler.disconnect(written);
    this.#noteQuiet();
  }

  /** Why there is no connection, for sends that time out. */
  set cause(text: string) {
    this.#cause = text;
  }

  expel(error: WsmqError): void {
    this.#closed = error;
    for (const send of this.#open) this.#settle(send, send.attempted ? outcomeUnknown(error.code, error) : error);
  }

  /** Refuses new sends, waits for the receipts of those in flight, and fails the rest. */
  async close(milliseconds: number): Promise<void> {
    this.#closed ??= clientClosed("the client was stopped");
    const all = () => Promise.all([...this.#open].map(send => new Promise<void>(resolve => this.#onLeft.set(send, resolve))));
    if (this.#session) await settles(all(), milliseconds);
    for (const send of this.#open) this.#giveUp(send, "the client was stopped");
    clearTimeout(this.#timer);
  }

  // A laptop that slept: some clocks stood still meanwhile, and the server's window for repeats has passed nevertheless.
  #now(): number {
    return Math.max(performance.now(), Date.now() - this.#began);
  }

  #fill(): void {
    if (this.#isFilling) return;
    this.#isFilling = true;

    // Later, so that what the app sends in one go leaves in one call.
    queueMicrotask(() => {
      this.#isFilling = false;
      for (let frame; this.#session && (frame = this.#scheduler.take()).length > 0;) void this.#write(this.#session, frame);
    });
  }

  async #write(session: Session, frame: Send[]): Promise<void> {
    this.#calls.add(frame);
    let outcomes: Outcome[];
    try {
      const results = await session.call<Result[]>("SendMany", new Serialized(frame.map(send => send.json)));
      outcomes = [];
      for (const result of results) outcomes[result.number] = outcomeOf(result);
    } catch (e) {
      // The end of the connection is noticed for all sends together, which keeps their order.
      if (e instanceof Lost) return;
      const outcome = failed(e as WsmqError);
      outcomes = frame.map(() => outcome);
    }

    if (this.#calls.delete(frame)) {
      frame.forEach((send, i) => {
        if (!send.settled) send.tried?.(true);
        this.#scheduler.answered(send, outcomes[i] ?? {});
      });
    }

    this.#noteQuiet();
  }

  #noteQuiet(): void {
    if (this.#scheduler.isQuiet) this.#quiet?.();
  }

  #expire(): void {
    this.#timer = undefined;
    for (const send of this.#open) {
      const left = send.since + this.settings.sendTimeout - this.#now();
      if (left > 0) {
        this.#timer = setTimeout(() => this.#expire(), left);
        return;
      }

      this.#giveUp(send, this.#session ? "the server did not answer in time" : this.#cause);
    }
  }

  #giveUp(send: Send, why: string): void {
    this.#settle(send, send.attempted ? outcomeUnknown(why) : clientClosed(why));
  }

  #settle(send: Send, error: unknown): void {
    send.settle(undefined, error);
    this.#scheduler.leaveIfSettled(send);
  }

  #left(send: Send): void {
    if (!this.#open.delete(send)) return;
    this.#size -= send.json.length + OVERHEAD;
    this.#onLeft.get(send)?.();
    this.#onLeft.delete(send);
  }
}

const failed = (error: WsmqError, retryAfter = error.retryAfter): Outcome => error.canRetry ? { retryAfter } : { error };

function outcomeOf({ id, position = "", duplicate = false, uniqueIdTaken, dueAt, error, retryAfter }: Result): Outcome {
  return error !== undefined
    ? failed(WsmqError.from(error) ?? outcomeUnknown(`the server's error has no code: ${error}`), retryAfter)
    : { receipt: { id, position, duplicate, ...(uniqueIdTaken && { uniqueIdTaken }), ...(dueAt !== undefined && { dueAt }) } };
}
