import type { WsmqError } from "../errors.js";
import type { Receipt } from "../messages.js";
import { randomHex } from "../random.js";

/** The place of a message in a sequence: it is the one of this number that a producer sends to its address. */
export interface Place {
  /** The name of this outbox: one for each user and database. */
  producer: string;
  epoch: number;
  seq: number;
}

/** How far the numbers to one address were given. */
export interface Numbers {
  epoch: number;
  last: number;
}

/** The place of an entry, undefined if it is sent by its id; and whether it has just got it: it was not sent under this number before. */
export interface Given {
  place?: Place;
  isNew: boolean;
}

/** What follows a refusal of a number: a new epoch or a new producer, in which the entry is sent again unless its outcome is not known. */
export interface Renumbering {
  how: "epoch" | "producer";
  isUnknown: boolean;
}

export const BEGINNING: Numbers = { epoch: 1, last: 0 };

// Random, because a profile of a browser can be copied, and two copies must not choose the same one.
export const newProducer = () => randomHex(12);

/** The text of a message with its place; an older server ignores that, and recognizes repeats by the id. */
export const onWire = (json: string, place: Place | undefined) => place ? `${json.slice(0, -1)},${JSON.stringify(place).slice(1)}` : json;

export const isSame = (one: Place | undefined, other: Place) =>
  one?.producer === other.producer && one.epoch === other.epoch && one.seq === other.seq;

/** Whether the receipt of a first attempt is that of another message. One with a delay has no position, and can be a duplicate by its id. */
export function isOfAnother({ duplicate, position }: Receipt, json: string): boolean {
  if (!duplicate || position) return false;
  const { delay, notBefore } = JSON.parse(json);
  return delay === undefined && notBefore === undefined;
}

/**
 * What to do after `out-of-sequence`. Numbers are given in order and one message of an address is sent at a time, so that one is missing only
 * where the server has lost its newest messages, or has forgotten the producer; anything else is another program with the name of this one,
 * such as a copy of the profile.
 * @param wasSent whether the message was sent under this number before, and may be stored
 */
export function afterRefusal(error: WsmqError, wasSent: boolean): Renumbering {
  const last = /the last number known is (\d+)/.exec(error.message)?.[1];

  // What the server knows up to a number is not lost: a message with a higher one is not stored.
  if (last !== undefined) return { how: "epoch", isUnknown: wasSent && last === "0" };
  return { how: "producer", isUnknown: wasSent && !error.message.includes("another message has the number") };
}
