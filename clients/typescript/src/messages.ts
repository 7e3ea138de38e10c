import type { Position } from "./positions.js";

/** An address: `user:<id>`, `group:<name>` or `work:<queue>`. */
export type Address = `user:${string}` | `group:${string}` | `work:${string}`;

/** What a sender gets once its message is in the log. */
export interface Receipt {
  /** The id of the message. */
  id: string;

  /** The position of the message in the log of its address; empty for one that waits for its time, and for a repeat of it. */
  position: Position;

  /** When the message is due that has a delay, in milliseconds since 1970: until then it waits outside of the log. Absent for all others. */
  dueAt?: number;

  /** Whether a message of this sender with this id was stored before; then nothing was stored now, and the position is the first one. */
  duplicate: boolean;

  /** Whether another job of the queue with the same `uniqueId` has not ended; then the position is that of the other job. */
  uniqueIdTaken?: boolean;
}

/** The promise of a send: fulfilled with the receipt once the server has stored the message. */
export interface Sent extends Promise<Receipt> {
  /**
   * Fulfilled once the client keeps the message: with an outbox on a disk when it is written, otherwise at once. Fails where the message
   * was not accepted.
   */
  readonly queued: Promise<void>;
}

/** Options of one send. */
export interface SendOptions {
  /** The id, 1 to 128 bytes. A send that is repeated with the same id stores nothing. Default: a new one for each call. */
  id?: string;

  /** The content type of a body that is a `Uint8Array`. Default `application/octet-stream`. */
  contentType?: string;

  /** Texts for the receiver, at most 4 KiB together. */
  headers?: Record<string, string>;

  /** An id that relates this message to another one. */
  correlationId?: string;

  /** Where answers go: an address that the sender itself may send to. */
  replyTo?: Address;

  /** Only for work queues: jobs of one key are worked on one at a time and in order. */
  key?: string;

  /** Only for work queues: while another job with this id has not ended, nothing is stored. */
  uniqueId?: string;

  /** Only for work queues. Default `normal`. */
  priority?: "low" | "normal" | "high";

  /**
   * After how many milliseconds the message is due, by the clock of the server's store. Until then it waits on the server: it has no position,
   * and `cancelDelayed` cancels it. At most 400 days by default.
   */
  delay?: number;

  /** When the message is due, in milliseconds since 1970. With a delay the later time counts. */
  notBefore?: number;

  /**
   * How many milliseconds the message may wait from when it is stored. After that it is not delivered any more: a device that has not received it
   * gets a gap with the reason `expired`, and a job becomes a dead letter. Default: no limit.
   */
  timeToLive?: number;

  /**
   * Only for users and groups: the message becomes the state of this key of the address, 1 to 128 bytes, in place of the one before. The server
   * keeps it when it is removed from the log, until another message of the key or `removeState`, and a new device then gets it before the log.
   * Not with a `timeToLive`: `removeState` may have a delay.
   */
  stateKey?: string;

  /**
   * Only for users: the message is for any of the user's devices. Once one to which it was delivered has acknowledged it, it is not delivered to
   * others, and those that have it already are told (`cleared`). Not with a `stateKey`. Default `false`.
   */
  anyDevice?: boolean;

  /**
   * Only for users and groups, not with a delay: the message is stored only if this is the position of the last message that the address
   * ever had (16 zeros if it had none); otherwise the send fails with `position-conflict`.
   */
  expectedTail?: Position;

  /**
   * Only for users and groups: what becomes of the message (delivered, acknowledged, expired, dead-lettered, lost, skipped) is stored for its
   * sender, by default for 24 hours: see `@wsmq/client/tracking`.
   */
  track?: boolean;

  /** Ends the wait for the receipt. A message in flight may be stored nevertheless. */
  signal?: AbortSignal;
}

/** Options of a removal of state: of those of a send the ones that a message without a body and without a time to live can have. */
export type RemovalOptions = Pick<SendOptions, "id" | "headers" | "correlationId" | "replyTo" | "delay" | "notBefore" | "expectedTail" | "signal">;

/** A message that has no receipt: of this client, and with an outbox of its user, from any tab. */
export interface PendingMessage {
  /** The address. */
  to: Address;

  /** The id of the message: the same one that its receivers see. */
  id: string;

  /** Its type; empty for a removal of state. */
  type: string;

  /** Its body; undefined for a removal of state. */
  body: unknown;

  /** Texts of the app. */
  headers?: Record<string, string>;

  /** The key of the state that it sets or removes; absent if it has none. */
  stateKey?: string;
}

/** A message as it reaches a handler. */
export interface Message<Body = unknown, Type extends string = string> {
  /** The address whose log it comes from: the user's own queue, or a group. */
  source: Address;

  /** Its position in the log of the source. */
  position: Position;

  /** The position of the entry that was stored before it; 16 zeros, without a meaning, if it was delivered as state. */
  previous: Position;

  /** The sender's id, or the server's. */
  id: string;

  /** The user identifier of the sender; absent if the app itself sent it. */
  sender?: string;

  /** When a node accepted it, in milliseconds since 1970. Do not order by it: the clocks of nodes differ. */
  sentAt: number;

  /** The type by which its handler was selected. */
  type: Type;

  /**
   * The body: a JSON value, or a `Uint8Array` if `contentType` is present. A number that JavaScript cannot represent exactly arrives as a
   * string with its digits; .NET reads such a string as a number again.
   */
  body: Body;

  /** The content type; present exactly if the body is bytes. */
  contentType?: string;

  /** Texts of the sender. */
  headers?: Record<string, string>;

  /** The id that relates it to another message. */
  correlationId?: string;

  /** Where to send answers. */
  replyTo?: Address;

  /** How many milliseconds it could wait for its delivery, counted from when it was stored; absent if the sender set no limit. */
  timeToLive?: number;

  /** `true` if it is for any of the user's devices. */
  anyDevice?: boolean;

  /** The key of the address's state that it has set; absent if it is no state. */
  stateKey?: string;

  /** `true` if its sender can see that it was delivered and acknowledged; absent otherwise. */
  track?: boolean;

  /** `true` if it removes the state of its key. `onStateRemoved` handles such messages; only listeners of errors get them in this form. */
  removesState?: boolean;

  /** `true` if it was delivered as state, because it is not in the log any more; absent if it comes from the log. */
  isState?: boolean;
}

/** The state of a key was removed. */
export interface StateRemoval {
  /** The address: the user's own queue, or a group. */
  source: Address;

  /** The key. */
  key: string;

  /** The position of the removal in the log of the source. */
  position: Position;

  /** The user identifier of the user who removed it; absent if the app itself did. */
  sender?: string;

  /** When a node accepted the removal, in milliseconds since 1970. */
  sentAt: number;
}

/** A push by the app that is not stored: no position, no acknowledgement, lost if no client is connected. */
export interface LivePush<Body = unknown, Type extends string = string> {
  /** The type by which its handler was selected. */
  type: Type;

  /** The body: a JSON value, or a `Uint8Array` if `contentType` is present. */
  body: Body;

  /** The content type; present exactly if the body is bytes. */
  contentType?: string;

  /** Texts of the app. */
  headers?: Record<string, string>;
}

/** What a handler gets beside its message. */
export interface HandlerContext {
  /** Aborted when the client stops. */
  signal: AbortSignal;
}

/** A message or push on the wire: bytes are base64 in `data`. The client itself sets `isState`. */
export interface Wire {
  type?: string;
  body?: unknown;
  data?: string;
  contentType?: string;
  removeState?: boolean;
  isState?: boolean;
}

export function fromWire<T>({ data, removeState, ...message }: Wire): T {
  if (data !== undefined) message.body = Uint8Array.from(atob(data), c => c.charCodeAt(0));
  return (removeState ? { ...message, removesState: true } : message) as T;
}

/** @param json what is sent */
export function pendingOf(json: string): PendingMessage {
  const { to, id, type = "", body, headers, stateKey } = fromWire<Wire & PendingMessage>(JSON.parse(json));
  return { to, id, type, body, ...(headers && { headers }), ...(stateKey !== undefined && { stateKey }) };
}

export function removalOf(delivery: Wire): StateRemoval {
  const { source, stateKey: key = "", position, sender, sentAt } = fromWire<Message>(delivery);
  return { source, key, position, ...(sender !== undefined && { sender }), sentAt };
}

/** The `data` of a body that is bytes. In parts: an argument for each byte would overflow the stack. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += 8192) text += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(text);
}
