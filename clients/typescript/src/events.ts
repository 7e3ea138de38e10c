import { NoHandler, WsmqError } from "./errors.js";
import { shownUrl } from "./connection/hub-url.js";
import { fromWire, type Address, type Message, type PendingMessage, type Wire } from "./messages.js";
import type { Position } from "./positions.js";

/** Messages of a source that will not be delivered: those with `after < position < before`. */
export interface GapEvent {
  /** The source: the user's own queue or a group. */
  source: Address;

  /** The position before the first missing message. */
  after: Position;

  /** A bound: delivery continues at or after it. */
  before: Position;

  /** `retention`, `consumed`, `not-a-member` or `lost`; treat an unknown reason like `lost`. */
  reason: string;
}

/** A message that the server has dead-lettered for this device: it counts as acknowledged, and the app can read and replay it. */
export interface DeadLetteredEvent {
  /** The source of the message. */
  source: Address;

  /** The position of the message. */
  position: Position;

  /** The number of failed attempts. */
  attempts: number;
}

/** Another device of the user has acknowledged a message that is for any device, and that this one has got and not acknowledged. */
export interface ClearedEvent {
  /** The source of the message: the user's own queue. */
  source: Address;

  /** The position of the message. */
  position: Position;
}

/** The server has waited for acknowledgements of a source for a while: its in-flight window is full. */
export interface StalledEvent {
  /** The source. */
  source: Address;

  /** The position of the last delivered message. */
  position: Position;
}

/** The state of a source was handled. The messages of its log follow. */
export interface StateCompleteEvent {
  /** The source: the user's own queue or a group. */
  source: Address;

  /** The position after which the log goes on. */
  position: Position;

  /** The number of messages that were handled as state; 0 if there is no state, or none that the client did not have. */
  count: number;

  /**
   * All keys of the state, also those of messages that the client had already. What an app keeps of other keys was removed, or follows in the
   * log: forget it.
   */
  keys: string[];
}

/** An error that no promise of the app reports. */
export interface ErrorEvent {
  /** The error: what a handler threw, or a WsmqError. */
  error: unknown;

  /** The message whose handler failed; undefined for other errors. */
  message?: Message;
}

/** Where a client is. `connecting` is before its first connection, `reconnecting` after it. */
export type ClientState = "stopped" | "connecting" | "connected" | "reconnecting";

/** A message of an outbox that the server has refused for good. It is not sent again. */
export interface RefusedEvent extends PendingMessage {
  /** Why it was refused. */
  error: WsmqError;
}

/** Where an outbox keeps messages from now on. */
export interface OutboxEvent {
  /** `disk`: they survive a reload. `memory`: they do not. */
  storage: "disk" | "memory";

  /** Why they cannot be kept on the disk. */
  error?: unknown;
}

/** A change of the state. */
export interface StateEvent {
  /** The new state. */
  state: ClientState;

  /** The state before; the same one where only the reason has changed: each failed attempt to connect is reported. */
  previous: ClientState;

  /** Why there is no connection; undefined where the app stopped the client or the server closed the connection without an error. */
  error?: unknown;

  /** After how many milliseconds the client tries again; undefined where it does not wait. */
  retryIn?: number;
}

/** What listeners can be registered for, with what they get. */
export interface EventMap {
  /** The client is in another state, or an attempt to connect has failed. */
  state: StateEvent;

  /** Messages will not be delivered. Delivery waits for the listener's promise; if it fails, the listener is called again. */
  gap: GapEvent;

  /**
   * A message of the log has arrived. It is handled when those before it are: an app whose handlers wait until their message was seen shows and
   * counts it here. It may come again, after `resume` or where the client had no room for it; its position tells.
   */
  received: Message;

  /** A message was dead-lettered for this device. */
  deadLettered: DeadLetteredEvent;

  /** A message for any device was handled by another one. If its handler has not begun here, it is not called; one that runs goes on. */
  cleared: ClearedEvent;

  /** The server waits for acknowledgements. */
  stalled: StalledEvent;

  /**
   * The state of a source was handled: of a new device or a new member of a group, also if there is none; after `resume` from the start;
   * before a gap of removed entries.
   */
  stateComplete: StateCompleteEvent;

  /** Whether the server's store is available. Sends wait meanwhile. */
  storeState: boolean;

  /**
   * A message of the outbox was refused for good. It is told once, to one tab: the one that sends; if that one goes before the listener's
   * promise is fulfilled, to another one.
   */
  refused: RefusedEvent;

  /** How many messages of the user wait in the outbox: it has changed, in this tab or in another one. See `pendingMessages` for what they are. */
  pending: number;

  /** Where the outbox keeps messages. */
  outbox: OutboxEvent;

  /** A handler failed, or the server refused an acknowledgement. */
  error: ErrorEvent;
}

/** A listener. Only the promises of listeners of gaps and refused messages are awaited. */
export type Listener<Name extends keyof EventMap> = (event: EventMap[Name]) => void | PromiseLike<void>;

/** Calls the app's listeners. What they throw does not disturb the client. */
export class ClientEvents {
  #listeners = new Map<keyof EventMap, Set<Listener<any>>>();
  #untaken = new Set<string>();
  #causes = new Set<string>();

  listen<Name extends keyof EventMap>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }

  /** Whether somebody listens. */
  hears(name: keyof EventMap): boolean {
    return this.#of(name).length > 0;
  }

  emit<Name extends keyof EventMap>(name: Name, event: EventMap[Name]): void {
    for (const listener of this.#of(name)) {
      try {
        Promise.resolve(listener(event)).catch(reportError);
      } catch (e) {
        reportError(e);
      }
    }
  }

  /** Fails where a listener fails. */
  async gap(gap: GapEvent): Promise<void> {
    for (const listener of this.#of("gap")) await listener(gap);
  }

  /** Reads the message only where somebody listens. */
  received(delivery: Wire): void {
    if (this.hears("received")) this.emit("received", fromWire<Message>(delivery));
  }

  deadLettered(event: DeadLetteredEvent): void {
    this.emit("deadLettered", event);
  }

  stalled(event: StalledEvent): void {
    this.emit("stalled", event);
  }

  /** Settles when all listeners have been told. Without one it is an error. */
  async refused(event: RefusedEvent): Promise<void> {
    const listeners = this.#of("refused");
    if (listeners.length === 0) this.error(event.error);
    for (const result of await Promise.allSettled(listeners.map(async listener => listener(event)))) {
      if (result.status === "rejected") this.error(result.reason);
    }
  }

  /** Without a listener an error is written to the console: it must not disappear. The stack says something only of the app's code. */
  error(error: unknown, message?: Wire): void {
    if (!this.hears("error")) {
      if (error instanceof NoHandler) say(this.#untaken, error.message);
      else console.error("wsmq:", error instanceof WsmqError && !message ? error.message : error);
    }

    this.emit("error", { error, ...(message && { message: fromWire<Message>(message) }) });
  }

  /**
   * There is no connection, and no promise says so: without a listener it is written to the console, each cause once. One without a
   * parameter, such as that of a hook of React, does not see why.
   */
  unconnected(url: string, error: unknown, isOver: boolean): void {
    if (this.#of("state").some(listener => listener.length > 0)) return;
    const { code, message } = error as WsmqError;
    say(this.#causes, `no connection to ${shownUrl(url)}: ${message}${isOver ? "" : " (trying again)"}`, code);
  }

  /** The next failure is the first one again. */
  connected(): void {
    this.#causes.clear();
  }

  #of(name: keyof EventMap): Listener<any>[] {
    return [...this.#listeners.get(name) ?? []];
  }
}

// Once for each kind. Senders choose the names of types: what was said is bounded.
function say(said: Set<string>, text: string, kind = text): void {
  if (said.has(kind) || said.size > 99) return;
  said.add(kind);
  console.error(`wsmq: ${text}`);
}

const reportError = (e: unknown) => console.error("wsmq: a listener failed:", e);

export const isFinal = (error: unknown): error is WsmqError => error instanceof WsmqError && !error.canRetry;
