import type { Receipt } from "../messages.js";

/** The outcome of one attempt: a receipt, an error for the caller, or neither: then it is repeated, at the earliest after a time. */
export interface Outcome {
  receipt?: Receipt;
  error?: unknown;
  retryAfter?: number;
}

/** Told of the end of an attempt: the server has answered, the connection has closed before, or the client has given it up (undefined). */
export type Tried = (isAnswered: boolean | undefined) => void;

/** A message between the caller's send and its receipt. */
export class Send {
  since = 0;
  inFlight = false;
  attempted = false;
  settled = false;
  sequence: Sequence | undefined;

  /**
   * @param json the whole message on the wire; the same text is sent at every attempt
   * @param done called once, with a receipt or an error
   * @param tried called with the end of each attempt before that
   */
  constructor(
    readonly to: string, readonly json: string, readonly done: (receipt: Receipt | undefined, error?: unknown) => void,
    readonly tried: Tried | undefined) {}

  settle(receipt: Receipt | undefined, error?: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.done(receipt, error);
  }
}

/** The sends to one address in the order of the app's calls. While it is connected and not draining, all of them are in flight. */
export class Sequence {
  readonly sends = new Set<Send>();
  inFlight = 0;

  /** A send has to be repeated: nothing is issued until all sends in flight have a result, which keeps the order. */
  draining = false;

  /** Repeats in a row without a receipt. */
  attempts = 0;

  /** The longest wait that the server has requested for sends to be repeated. */
  retryAfter = 0;

  timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly to: string) {}
}
