import type { Address, Receipt } from "../messages.js";
import type { Position } from "../positions.js";

/**
 * What has become of a tracked message. `stored`: it is in the log, and not delivered yet. `expired` and `lost`: it was not delivered, because its
 * time to live is over, or because it is not in the log any more.
 */
export type DeliveryState = "stored" | "delivered" | "acknowledged" | "expired" | "dead-lettered" | "lost" | "skipped";

/** What has become of a tracked message for one reader. Times are in milliseconds since 1970, and absent where it has not happened. */
export interface ReaderStatus {
  /** The device, of a message to a user. */
  device?: string;

  /** The member, of a message to a group: one for all of its devices. */
  user?: string;

  /** What has become of it. */
  state: DeliveryState;

  /** When it was first delivered. */
  deliveredAt?: number;

  /** When it was acknowledged. */
  acknowledgedAt?: number;

  /** When it was found to be expired, dead-lettered, lost or skipped. */
  endedAt?: number;
}

/** What has become of a tracked message. */
export interface MessageStatus {
  /** The address. */
  to: Address;

  /** The position of the message, which its receipt has. */
  position: Position;

  /** Its id. */
  id: string;

  /**
   * What has become of it: `acknowledged` as soon as one reader has acknowledged it; else `dead-lettered` if it is a dead letter of one, else
   * `delivered` if it was delivered to one. Of a group, look at the counts.
   */
  state: DeliveryState;

  /** When it was stored, in milliseconds since 1970. */
  storedAt: number;

  /** When its time to live ends, in milliseconds since 1970; absent if it has none. */
  expiresAt?: number;

  /** How many readers it was delivered to. */
  delivered: number;

  /** How many readers have acknowledged it. */
  acknowledged: number;

  /** Of how many readers it became a dead letter. */
  deadLettered: number;

  /** The devices for which something has become of it, or, of an event, the readers for which something has changed. Absent of a group. */
  readers?: ReaderStatus[];
}

/** Options of `waitFor`. */
export interface WaitOptions {
  /** How long to wait, in milliseconds. Default: without a limit. */
  timeout?: number;

  /** Ends the wait. */
  signal?: AbortSignal;
}

/** What has become of tracked messages, over a client. */
export interface Tracking {
  /**
   * Registers a listener for what becomes of tracked messages of this user. An event may be lost, and tells of messages that were sent, or asked
   * for, over the server of this connection last: to know the outcome of one use `waitFor`, and after a reconnect `list`.
   * @returns a function that removes it
   */
  listen(listener: (status: MessageStatus) => void): () => void;

  /**
   * Returns what has become of a message that this user has sent with `track`.
   * @param to the address
   * @param message its position, or its id, as in the receipt
   * @returns the status; null if it is not tracked or not of this user, still waits for its time, or is older than the server stores its status
   * @throws WsmqError a final refusal; `client-closed`; `outcome-unknown`: there was no answer within `sendTimeout`
   */
  status(to: Address, message: { position: Position } | { id: string }, options?: { signal?: AbortSignal }): Promise<MessageStatus | null>;

  /**
   * Waits, over reconnects, until a message has reached a state, or another one that is final: a message that expires is not acknowledged any more.
   * @param to the address
   * @param receipt its receipt
   * @param state `delivered` or `acknowledged`: by the first reader; of a group, by the first member
   * @returns the status: look at its `state`
   * @throws WsmqError `invalid-message`: it is not tracked, was cancelled before its time, or its status is not stored any more; `client-closed`:
   *         the client was stopped; or a final refusal, also of the connection
   * @throws DOMException `TimeoutError`: it has not reached the state in time
   */
  waitFor(to: Address, receipt: Receipt, state: "delivered" | "acknowledged", options?: WaitOptions): Promise<MessageStatus>;

  /**
   * Lists the tracked messages that this user has sent to an address, the oldest first, page by page as they are needed.
   * @param to the address
   * @param after the position after which they begin; without it all whose status is stored
   * @throws WsmqError as `status`
   */
  list(to: Address, after?: Position, options?: { signal?: AbortSignal }): AsyncIterableIterator<MessageStatus>;

  /**
   * Lists the readers for which something has become of a message, by name: the devices of a user, or the members of a group.
   * @throws WsmqError as `status`
   */
  readers(to: Address, position: Position, options?: { signal?: AbortSignal }): AsyncIterableIterator<ReaderStatus>;
}
