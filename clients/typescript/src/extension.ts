import type { Session, SessionUser } from "./connection/session.js";
import type { ClientEvents } from "./events.js";
import type { Settings } from "./options.js";

/** What the other entry points add to a client. */
export interface Extension extends SessionUser {
  register?(session: Session): void;

  /** What the URL of the next connection has in addition. */
  query?(): string;

  /** Called when the client stops, while it may still be connected. */
  stop?(): Promise<unknown>;
}

/** The member of a client through which the other entry points extend it; not for apps. */
export const extend: unique symbol = Symbol("wsmq.extend");

/** The member of a client through which the other entry points call the hub; not for apps. */
export const call: unique symbol = Symbol("wsmq.call");

/** What an extension gets of the client. */
export interface Extended {
  settings: Settings;
  events: ClientEvents;
}
