import type { ClientEvents } from "../events.js";
import type { Extension } from "../extension.js";
import type { Receipt } from "../messages.js";
import type { Settings } from "../options.js";
import type { Tried } from "../sending/sequence.js";

/** The member of an outbox by which a client opens it; not for apps. */
export const open: unique symbol = Symbol("wsmq.outbox");

/** Where messages wait until the server has stored them: the result of `outbox` of `@wsmq/client/outbox`. */
export interface Outbox {
  /** Not for apps: a client opens the outbox. */
  [open](host: OutboxHost): OpenOutbox;
}

/** What an outbox gets of the client. */
export interface OutboxHost {
  settings: Settings;
  events: ClientEvents;

  /** Sends over the connection of the client, with retries up to `sendTimeout`. */
  send(to: string, json: string, signal: AbortSignal, tried: Tried): Promise<Receipt>;
}

/** The two promises of a message. */
export interface Kept {
  queued: Promise<void>;
  receipt: Promise<Receipt>;
}

/** An outbox that a client uses. */
export interface OpenOutbox extends Extension {
  add(to: string, json: string, signal?: AbortSignal): Kept;
  pending(): Promise<number>;

  /** Those messages on the wire, in the order in which they were written. */
  pendingMessages(): Promise<string[]>;
  discard(): Promise<number>;
}
