import { ClientEvents, type ClientState, type EventMap, type Listener } from "./events.js";
import { extend, type Extended, type Extension } from "./extension.js";
import { Handlers, type Handler, type LiveHandler } from "./handlers.js";
import type { Address, Receipt, SendOptions } from "./messages.js";
import { settingsOf, type Settings, type WsmqClientOptions } from "./options.js";
import { Run } from "./run.js";
import { serialize } from "./sending/message.js";

/** The name of a message type. */
export type TypeOf<Messages extends object> = keyof Messages & string;

/**
 * A client of a wsmq server. Messages of one source are handled one after another, and acknowledged when their handler has succeeded; sends
 * are repeated until the server has stored them, and reach it in the order of the calls for each address.
 * @typeParam Messages a map from the name of a message type to the type of its body. Default: any name, bodies `unknown`.
 */
export class WsmqClient<Messages extends object = Record<string, unknown>> {
  #settings: Settings;
  #events = new ClientEvents();
  #handlers: Handlers;
  #extensions: Extension[] = [];
  #run: Run | undefined;

  /**
   * Creates a client. It does nothing before `start`: also on a server that renders pages it touches neither network nor storage.
   * @throws RangeError a value is out of its range
   */
  constructor(options: WsmqClientOptions) {
    this.#settings = settingsOf(options);
    this.#handlers = new Handlers(this.#settings);
  }

  /** Where the client is; `listen("state", …)` reports changes with their reasons. */
  get state(): ClientState {
    return this.#run?.state ?? "stopped";
  }

  /**
   * Connects, and keeps the connection until `stop`. Register handlers before. While the server cannot be reached, attempts are repeated,
   * and each failure is reported to listeners of `state`. A browser does not tell a refused token from a server that cannot be reached.
   * @param options a signal that ends the wait and stops the client if it is not connected by then
   * @returns a promise that is fulfilled with the first connection
   * @throws WsmqError a final error of the server, such as `invalid-device`, `revoked` or `banned`; `client-closed`: stopped meanwhile
   */
  async start({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    const last = this.#run;
    if (last?.hasStopped) {
      await last.stop();
      if (this.#run === last) this.#run = undefined;
    }

    const run = this.#run ??= this.#newRun();
    if (run.state === "stopped") run.start();
    if (!signal) return run.loop.connected;
    const cancel = () => void run.stop();
    signal.addEventListener("abort", cancel);
    try {
      await run.loop.connected;
    } catch (e) {
      signal.throwIfAborted();
      throw e;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  /**
   * Stops: refuses new sends, waits for receipts of sends in flight, aborts the signals of handlers and waits for them, acknowledges what
   * they have handled, and closes the connection. Each step takes at most `stopTimeout`. The client can be started again. Do not await it
   * in a handler: it waits for that handler.
   */
  async stop(): Promise<void> {
    this.#run ??= this.#newRun();
    await this.#run.stop();
  }

  /**
   * Sends a message durably. While there is no connection, also before the start, it waits for one; the receiver need not be connected.
   * Sends of one tick leave together. Sends to one address are stored in the order of the calls, with one exception: where the server
   * refuses a message temporarily, later ones that were in flight may be stored before it.
   * @param to the address
   * @param type the name of the message type, by which receivers select a handler
   * @param body the body: a JSON value, or a `Uint8Array` for bytes
   * @param options the options of this message
   * @returns the receipt, once the server has stored the message
   * @throws WsmqError a final error of the server; `outcome-unknown`: no receipt came in time, the message may or may not be stored;
   *         `client-closed`: stopped, or no connection in time: it is not stored; `too-many-sends`: more than `maxPendingSendBytes` wait
   */
  async send<Type extends TypeOf<Messages>>(to: Address, type: Type, body: Messages[Type], options: SendOptions = {}): Promise<Receipt> {
    const json = serialize(to, type, body, options, this.#settings.maxBodyBytes);
    return (this.#run ??= this.#newRun()).sender.send(to, json, options.signal);
  }

  /**
   * Registers the handler of a message type. A message is acknowledged when the handler's promise is fulfilled. If it fails, the handler is
   * called again with the same message, with growing waits and before any later message of that source, until the server dead-letters it.
   * A handler may be called again with a message that it has handled if its acknowledgement was lost with the page.
   * @returns a function that removes the handler
   * @throws Error the type has a handler already
   */
  on<Type extends TypeOf<Messages>>(type: Type, handler: Handler<Messages[Type], Type>): () => void {
    return this.#handlers.add(type, handler);
  }

  /**
   * Registers the fallback: it handles every message whose type has no handler. Without it such a message is treated as
   * `unhandledMessages` says. While no handler at all is registered, messages wait.
   * @returns a function that removes it
   */
  onAny(handler: Handler): () => void {
    return this.#handlers.setFallback(handler);
  }

  /**
   * Registers the handler of live pushes of a type. Pushes are handled one after another; they are not stored or repeated, and one without
   * a handler is dropped.
   * @returns a function that removes the handler
   */
  onLive<Type extends TypeOf<Messages>>(type: Type, handler: LiveHandler<Messages[Type], Type>): () => void {
    return this.#handlers.addLive(type, handler);
  }

  /**
   * Registers the handler of all live pushes whose type has none.
   * @returns a function that removes it
   */
  onAnyLive(handler: LiveHandler): () => void {
    return this.#handlers.setLiveFallback(handler);
  }

  /**
   * Registers a listener: for changes of the state, gaps, dead letters, a stalled source, the state of the store, or errors.
   * @returns a function that removes it
   */
  listen<Name extends keyof EventMap>(name: Name, listener: Listener<Name>): () => void {
    return this.#events.listen(name, listener);
  }

  /** @internal */
  [extend](extension: Extension): Extended {
    if (this.#run) throw new Error("The client was started, or has sent: extend it before.");
    this.#extensions.push(extension);
    return { settings: this.#settings, events: this.#events };
  }

  #newRun(): Run {
    return new Run(this.#settings, this.#events, this.#handlers, this.#extensions);
  }
}
