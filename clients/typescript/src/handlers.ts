import { NoHandler } from "./errors.js";
import type { Address, HandlerContext, LivePush, Message, StateRemoval } from "./messages.js";
import { fromWire, removalOf, type Wire } from "./messages.js";
import type { Settings } from "./options.js";
import type { Position } from "./positions.js";

/** A handler of messages. Its message is acknowledged when it has returned or its promise has been fulfilled. */
export type Handler<Body = unknown, Type extends string = string> =
  (message: Message<Body, Type>, context: HandlerContext) => void | PromiseLike<void>;

/** A handler of removals of state. The removal is acknowledged when it has returned or its promise has been fulfilled. */
export type StateRemovalHandler = (removal: StateRemoval, context: HandlerContext) => void | PromiseLike<void>;

/** A handler of live pushes. */
export type LiveHandler<Body = unknown, Type extends string = string> =
  (push: LivePush<Body, Type>, context: HandlerContext) => void | PromiseLike<void>;

/** A copy that the app keeps of its data. */
export interface Snapshot {
  /** Loads the data, replaces the copy, and returns the position of the data. */
  load(signal: AbortSignal): PromiseLike<Position>;

  /** The loads since a message of the source was handled last. */
  loads: number;
}

/** The app's handlers by type, the fallbacks, and the snapshots by source. */
export class Handlers {
  readonly snapshots = new Map<Address, Snapshot>();
  #handlers = new Map<string, Handler<any, any>>();
  #live = new Map<string, LiveHandler<any, any>>();
  /** Settles when the handlers that outlasted the last stop have returned. */
  before: Promise<unknown> = Promise.resolve();
  #waiting: (() => void)[] = [];
  #fallback: Handler | undefined;
  #stateRemoved: StateRemovalHandler | undefined;
  #liveFallback: LiveHandler | undefined;

  constructor(readonly settings: Settings) {}

  /** Messages that wait for a handler look again. */
  wake(): void {
    for (const look of this.#waiting.splice(0)) look();
  }

  add(type: string, handler: Handler<any, any>): () => void {
    this.wake();
    return added(this.#handlers, type, handler, `There is a handler for '${type}' already: remove it first.`);
  }

  addLive(type: string, handler: LiveHandler<any, any>): () => void {
    return added(this.#live, type, handler, `There is a handler for '${type}' already: remove it first.`);
  }

  addSnapshot(source: Address, load: Snapshot["load"]): () => void {
    return added(this.snapshots, source, { load, loads: 0 }, `${source} has a snapshot already: end it before.`);
  }

  setFallback(handler: Handler): () => void {
    if (this.#fallback) throw new Error("There is a fallback already: remove it first.");
    this.wake();
    this.#fallback = handler;
    return () => { this.#fallback = undefined; };
  }

  setStateRemoved(handler: StateRemovalHandler): () => void {
    if (this.#stateRemoved) throw new Error("There is a handler of removed state already: remove it first.");
    this.wake();
    this.#stateRemoved = handler;
    return () => { this.#stateRemoved = undefined; };
  }

  setLiveFallback(handler: LiveHandler): () => void {
    if (this.#liveFallback) throw new Error("There is a handler for all live pushes already: remove it first.");
    this.#liveFallback = handler;
    return () => { this.#liveFallback = undefined; };
  }

  findLive(type: string | undefined): LiveHandler | undefined {
    return this.#live.get(type!) ?? this.#liveFallback;
  }

  /** Fulfilled with true when the message may be acknowledged, with false if the client has stopped. */
  async handle(delivery: Wire, signal: AbortSignal): Promise<boolean> {
    await this.before;

    // Messages wait while there is no handler at all: a page that registers its handlers late would lose them.
    while (!this.#hasOneFor(delivery) && !signal.aborted) await new Promise<void>(look => this.#waiting.push(look));
    if (signal.aborted) return false;
    if (delivery.removeState) {
      await this.#stateRemoved?.(removalOf(delivery), { signal });
      return true;
    }

    const handler = this.#handlers.get(delivery.type!) ?? this.#fallback;
    if (handler) await handler(fromWire(delivery), { signal });
    else if (this.settings.unhandledMessages === "dead-letter") {
      // The server does not dead-letter state.
      const fate = delivery.isState ? "left out" : "dead-lettered";
      throw new NoHandler(delivery.type === undefined
        ? `A message without a type is ${fate}, because there is no fallback: register one with onAny.`
        : `No handler takes the type '${delivery.type}', and there is no fallback: register one with on or onAny. It is ${fate}.`);
    }

    return true;
  }

  /** Whether the app has registered handlers of messages, or for a removal of state the one for these: not each message needs one. */
  #hasOneFor({ removeState }: Wire): boolean {
    return this.#handlers.size > 0 || this.#fallback !== undefined || (removeState === true && this.#stateRemoved !== undefined);
  }

  reasonOf(error: unknown): string | null {
    return error instanceof NoHandler ? "no-handler" : this.settings.nackReason(error);
  }
}

function added<T>(handlers: Map<string, T>, type: string, handler: T, refusal: string): () => void {
  if (handlers.has(type)) throw new Error(refusal);
  handlers.set(type, handler);
  return () => {
    if (handlers.get(type) === handler) handlers.delete(type);
  };
}
