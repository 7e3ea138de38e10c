import type { Address, Message } from "../messages.js";
import type { Position } from "../positions.js";

/** Selects messages of a log: those that meet every condition that is set. */
export interface HistoryQuery {
  /** Messages after this position. */
  after?: Position | undefined;

  /** Messages before this position. */
  before?: Position | undefined;

  /** Whether the newest message comes first. Default `false`. */
  newest?: boolean | undefined;

  /** The most messages of a page: 1 to 200. Default 50. */
  max?: number | undefined;

  /** The id of the message. */
  id?: string | undefined;

  /** The user identifier of the sender. */
  sender?: string | undefined;

  /** The type of the message; a `*` in it stands for any characters. */
  type?: string | undefined;

  /** Stored at this time or later, in milliseconds since 1970. */
  from?: number | undefined;

  /** Stored at this time or earlier, in milliseconds since 1970. */
  to?: number | undefined;
}

/** A part of a history. It may be short, or empty, although more messages meet the conditions. */
export interface HistoryPage<Any = Message> {
  /** The messages, in the order of the query. The `previous` of each is the position of the entry before it in the log, returned or not. */
  entries: Any[];

  /** Where the next page begins: `after` of its query, or `before` if the newest come first. `null` once everything was searched. */
  next: Position | null;

  /** The position of the newest message that the log ever had. */
  tail: Position;

  /** How many messages are left out because their stored data is corrupt; absent if none is. */
  damaged?: number;
}

/** A message of any type of the client's map. */
export type AnyMessage<Messages extends object> = { [Type in keyof Messages & string]: Message<Messages[Type], Type> }[keyof Messages & string];

/** Reads one page. */
export type ReadPage<Any> = (source: Address, query: HistoryQuery) => Promise<HistoryPage<Any>>;
