import type { Address } from "../messages.js";

/** Selects the messages of a source that a client gets: those that meet every condition that is set. */
export interface Filter {
  /** Types, at most 64: a message has one of them. A `*` in a type stands for any characters. */
  types?: string[] | undefined;

  /** Headers that a message has, with these values, at most 16. */
  headers?: Record<string, string> | undefined;
}

/** Chooses what a client gets of its sources, over all its connections. */
export interface Reading {
  /**
   * Sets which messages of a source the client gets, in place of what was set before. The server skips the others: they are not sent, are no
   * gap, and count as acknowledged. Set before the start, the filter holds from the first message on.
   * @param source the user's own queue, or a group, also one that the user joins later; `*` for all sources that have no filter of their own
   * @param filter the filter; `null` for all messages
   * @returns a promise that is fulfilled when the server has set it; without a connection at once: it is set on the next one, before messages
   *          arrive. Messages that were sent before may still arrive
   * @throws WsmqError a final refusal, such as `invalid-message`, `too-many-filters` or `read-not-allowed`: nothing has changed
   */
  setFilter(source: Address | "*", filter: Filter | null): Promise<void>;

  /**
   * Pauses a source until `resume`: the server delivers nothing of it, and it waits in the log for as long as that keeps it. What has arrived
   * already is handled.
   * @param source the user's own queue, or a group, also one that the user joins later
   * @throws WsmqError as `setFilter`
   */
  pause(source: Address): Promise<void>;

  /**
   * Goes on with a source after `pause`, where it was paused.
   * @param source the source
   */
  resume(source: Address): Promise<void>;
}
