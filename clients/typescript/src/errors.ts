/**
 * The code of an error: the text that the table of errors in the wire protocol lists, such as `rate-limited`. Codes are never reused, and
 * a newer server may send others.
 */
export type WsmqErrorCode =
  | "no-user-identifier" | "invalid-device" | "too-many-devices" | "invalid-user-identifier" | "too-many-connections" | "revoked" | "banned"
  | "origin-not-allowed" | "transport-not-allowed" | "no-such-connection"
  | "invalid-address" | "unknown-address-kind" | "invalid-name" | "name-too-long" | "invalid-position" | "invalid-body"
  | "message-too-large" | "invalid-message" | "sender-not-allowed" | "unknown-queue" | "no-type-name"
  | "send-not-allowed" | "read-not-allowed" | "reply-to-not-allowed" | "too-many-groups" | "work-not-allowed" | "manage-not-allowed"
  | "history-not-allowed"
  | "presence-not-allowed" | "too-many-watches"
  | "ack-beyond-tail" | "position-beyond-tail" | "too-many-sends" | "rate-limited" | "too-many-new-addresses" | "too-many-resumes"
  | "quota-exceeded" | "queue-full" | "lease-lost" | "out-of-sequence" | "too-many-sequences" | "too-many-delayed" | "position-conflict" | "too-much-state" | "too-many-tracked"
  | "no-responder" | "request-timeout" | "request-failed" | "responder-busy"
  | "store-unavailable" | "server-busy" | "store-full" | "stopping" | "not-replicated" | "store-corrupt"
  | "outcome-unknown" | "client-closed" | "no-token" | "connection-refused" | "client-misconfigured"
  | (string & {});

/** An error of wsmq: of the server, or of this client (the numbers from 6001, and those of its own limits). */
export class WsmqError extends Error {
  /** The number of the error. Numbers are never reused. */
  readonly number: number;

  /** The code of the error. */
  readonly code: WsmqErrorCode;

  /** Whether the same call can succeed later without a change. */
  readonly canRetry: boolean;

  /** After how many milliseconds to try again; 0 if no time is known. */
  readonly retryAfter: number;

  /**
   * Creates an error.
   * @param number its number
   * @param code its code
   * @param text what happened and what to do
   * @param more `canRetry`, `retryAfter`, and the error that caused this one
   */
  constructor(number: number, code: WsmqErrorCode, text: string, more: { canRetry?: boolean; retryAfter?: number; cause?: unknown } = {}) {
    const canRetry = more.canRetry ?? false;
    super(`[wsmq ${number} ${code} ${canRetry ? "retry" : "final"}] ${text}`, { cause: more.cause });
    this.name = "WsmqError";
    this.number = number;
    this.code = code;
    this.canRetry = canRetry;
    this.retryAfter = more.retryAfter ?? 0;
  }

  /** Reads the wsmq error in the text of another error, for example one of SignalR; undefined if there is none. */
  static from(error: unknown): WsmqError | undefined {
    if (error instanceof WsmqError) return error;
    const text = (error as Error | undefined)?.message ?? String(error);
    const found = /\[wsmq (\d+) (\S+) (retry|final)\](?: \[retry-after (\d+)\])? ?(.*)/s.exec(text);
    if (!found) return undefined;
    const [, number, code, kind, retryAfter, rest] = found;
    return new WsmqError(Number(number), code!, rest!, { canRetry: kind === "retry", retryAfter: Number(retryAfter ?? 0), cause: error });
  }
}

/** A message or a job has a type that no handler takes. */
export class NoHandler extends Error {}

// The errors that the client raises itself.
export const outcomeUnknown = (text: string, cause?: unknown) => new WsmqError(6001, "outcome-unknown", text, { cause });
export const clientClosed = (text: string) => new WsmqError(6002, "client-closed", text);
export const clientMisconfigured = (text: string, cause?: unknown) => new WsmqError(6005, "client-misconfigured", text, { cause });
