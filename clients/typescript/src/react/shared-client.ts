import type { WsmqClient } from "../client.js";
import type { Handler } from "../handlers.js";
import { presenceOf } from "../presence/known.js";
import type { Presence } from "../presence/types.js";
import type { Address, HandlerContext, Message } from "../messages.js";
import { isPosition, START, type Position } from "../positions.js";

/** Loads the data of a component, and returns its position. */
export type Load = (signal: AbortSignal) => PromiseLike<Position>;

interface LoadsOfSource {
  loads: Set<Load>;
  end: () => void;
}

interface HandlersOfType {
  handlers: Set<Handler<any, any>>;
  remove: () => void;
}

/** A client whose connection and handlers belong to the components that are mounted. */
export class SharedClient {
  #users = 0;
  #stopping: ReturnType<typeof setTimeout> | undefined;
  #types = new Map<string, HandlersOfType>();
  #sources = new Map<Address, LoadsOfSource>();

  /** Also where no component uses it yet: it has to be there before the start. */
  readonly presence: Presence;

  constructor(readonly client: WsmqClient<any>) {
    this.presence = presenceOf(client);
  }

  /** Starts the client with its first user. Returns a function that ends the use. */
  use(refused: (error: unknown) => void): () => void {
    clearTimeout(this.#stopping);
    if (this.#users++ === 0) this.client.start().catch(error => { if (this.#users > 0) refused(error); });

    return () => {
      // Later: StrictMode mounts again at once, and is to find its connection.
      if (--this.#users === 0) this.#stopping = setTimeout(() => void this.client.stop());
    };
  }

  handle(type: string, handler: Handler<any, any>): () => void {
    let entry = this.#types.get(type);
    if (!entry) {
      const handlers = new Set<Handler<any, any>>();
      this.#types.set(type, entry = { handlers, remove: this.client.on(type, toAll(handlers)) });
    }

    const { handlers, remove } = entry;
    handlers.add(handler);
    return () => {
      handlers.delete(handler);
      if (handlers.size > 0) return;
      remove();
      this.#types.delete(type);
    };
  }

  /** Keeps the data of a component up to date. Those of one source load together, because the source goes on behind one position. */
  snapshot(source: Address, load: Load): () => void {
    const unmounted = new AbortController();
    const own: Load = signal => load(AbortSignal.any([signal, unmounted.signal]));
    const loads = this.#sources.get(source)?.loads ?? new Set();
    loads.add(own);
    this.#load(source, loads);
    return () => {
      unmounted.abort();
      loads.delete(own);
      if (loads.size > 0) return;
      this.#sources.get(source)?.end();
      this.#sources.delete(source);
    };
  }

  /** Loads now, also if the source has a snapshot: the new component has no data yet. */
  #load(source: Address, loads: Set<Load>): void {
    this.#sources.get(source)?.end();
    this.#sources.set(source, { loads, end: this.client.snapshot(source, toOldest(loads)) });
  }
}

/** Loads everything, and returns the lowest of the positions: the others get messages whose effect their data has already. */
function toOldest(loads: Set<Load>): Load {
  return async signal => {
    // Also where one fails: a load that is still running would overwrite what the next attempt loads.
    const results = await Promise.allSettled([...loads].map(async load => {
      try {
        return [await load(signal)];
      } catch (e) {
        // That of a component that was unmounted meanwhile has no effect.
        if (loads.has(load)) throw e;
        return [];
      }
    }));
    for (const result of results) if (result.status === "rejected") throw result.reason;
    const positions = results.flatMap(result => result.status === "fulfilled" ? result.value : []);
    return positions.find(position => !isPosition(position)) ?? positions.sort()[0] ?? START;
  };
}

/** A handler that calls all of them, and those that failed again when the message is tried again. */
function toAll(handlers: Set<Handler<any, any>>): Handler<any, any> {
  const tried = new Map<string, { position: string; done: Set<Handler<any, any>> }>();
  return async (message: Message, context: HandlerContext) => {
    const { source, position } = message;
    let attempts = tried.get(source);
    if (attempts?.position !== position) tried.set(source, attempts = { position, done: new Set() });
    const { done } = attempts;
    const results = await Promise.allSettled([...handlers].filter(handler => !done.has(handler)).map(async handler => {
      await handler(message, context);
      done.add(handler);
    }));
    for (const result of results) if (result.status === "rejected") throw result.reason;
    tried.delete(source);
  };
}
