import { ClientEvents, type ClientState, type EventMap, type Listener } from "./events.js";
import type { Call } from "./connection/calls.js";
import type { Session } from "./connection/session.js";
import { call, extend, type Extended, type Extension } from "./extension.js";
import { Handlers, type Handler, type LiveHandler, type StateRemovalHandler } from "./handlers.js";
import { allOf, onWire, pageOf } from "./history/pages.js";
import type { AnyMessage, HistoryPage, HistoryQuery } from "./history/types.js";
import { pendingOf, type Address, type PendingMessage, type Receipt, type RemovalOptions, type SendOptions, type Sent, type Wire } from "./messages.js";
import { settingsOf, type Settings, type WsmqClientOptions } from "./options.js";
import type { Position } from "./positions.js";
import { open, type OpenOutbox } from "./outbox/types.js";
import { Run } from "./run.js";
import { serialize, serializeRemoval } from "./sending/message.js";

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
  #outbox: OpenOutbox | undefined;

  /**
   * Creates a client. It does nothing before `start`: also on a server that renders pages it touches neither network nor storage.
   * @throws RangeError a value is out of its range
   */
  constructor(options: WsmqClientOptions) {
    this.#settings = settingsOf(options);
    this.#handlers = new Handlers(this.#settings);
    this.#outbox = options.outbox?.[open]({
      settings: this.#settings,
      events: this.#events,
      send: (to, json, signal, tried) => this.#run!.sender.send(to, json, signal, tried),
    });
    if (this.#outbox) this.#extensions.push(this.#outbox);
  }

  /** Where the client is; `listen("state", …)` reports changes with their reasons. */
  get state(): ClientState {
    return this.#run?.state ?? "stopped";
  }

  /**
   * Connects, and keeps the connection until `stop`. Register handlers before. While the server cannot be reached, or a proxy in front of it
   * answers 404, attempts are repeated, and each failure is reported to listeners of `state`, without one to the console. A browser does not
   * tell a refused token from a server that cannot be reached.
   * @param options a signal that ends the wait and stops the client if it is not connected by then
   * @returns a promise that is fulfilled with the first connection
   * @throws WsmqError a final error of the server, such as `invalid-device`, `revoked` or `banned`; outside browsers `connection-refused`: it
   *         does not accept the token (HTTP 401 or 403); `client-misconfigured`: the URL can never work; `client-closed`: stopped meanwhile
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
   * Stops: refuses new sends and calls, waits for receipts and answers of those in flight, aborts the signals of handlers and waits for them,
   * acknowledges what they have handled, and closes the connection. Each step takes at most `stopTimeout`. The client can be started again. Do not await it
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
   * With an `outbox` messages wait there instead, without a time limit, and those of one address are sent one after another.
   * @param to the address
   * @param type the name of the message type, by which receivers select a handler
   * @param body the body: a JSON value, or a `Uint8Array` for bytes
   * @param options the options of this message
   * @returns the receipt, once the server has stored the message
   * @throws WsmqError a final error of the server; `outcome-unknown`: no receipt came in time, the message may or may not be stored;
   *         `client-closed`: stopped, or no connection in time: it is not stored; `too-many-sends`: more than `maxPendingSendBytes` wait
   */
  send<Type extends TypeOf<Messages>>(to: Address, type: Type, body: Messages[Type], options: SendOptions = {}): Sent {
    return this.#send(to, () => serialize(to, type, body, options, this.#settings), options.signal);
  }

  /**
   * Removes the state of a key, which messages with this `stateKey` have set. That is a message in the log of the address as well, in order
   * with those that are sent before and after it: receivers get it in `onStateRemoved`, also where there is no such state.
   * @param to the user or group
   * @param key the key
   * @param options what else the message has, such as a delay (the state ends at that time) or an expected tail
   * @returns the receipt, once the server has stored the removal
   * @throws WsmqError as `send`
   */
  removeState(to: Address, key: string, options: RemovalOptions = {}): Sent {
    return this.#send(to, () => serializeRemoval(to, key, options), options.signal);
  }

  /** Returns how many messages wait for their receipts: with an outbox those of the user, of all tabs, otherwise those in memory. */
  async pending(): Promise<number> {
    return this.#outbox?.pending() ?? this.#run?.sender.pending ?? 0;
  }

  /**
   * Returns the messages that wait for their receipts, as `pending` counts them, the oldest first. With an outbox a page can show after a
   * reload what its user has written and the server has not stored yet; once it is stored, receivers see it under the same `id`.
   */
  async pendingMessages(): Promise<PendingMessage[]> {
    const pending = await this.#outbox?.pendingMessages() ?? this.#run?.sender.pendingMessages ?? [];
    return pending.map(pendingOf);
  }

  /**
   * Gives up what waits, for example before the user signs out: with an outbox all messages of the user, also those of other tabs. Their
   * promises fail with `client-closed`; with `outcome-unknown` where this client is sending the message, which may be stored. One that
   * another tab is sending may be stored as well.
   * @returns how many there were
   */
  async discard(): Promise<number> {
    return this.#outbox?.discard() ?? this.#run?.sender.discard() ?? 0;
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
   * Registers the handler of removals of state. They are handled in order with the messages of their source, acknowledged and tried again as
   * those are. Without this handler they count as handled.
   * @returns a function that removes it
   */
  onStateRemoved(handler: StateRemovalHandler): () => void {
    return this.#handlers.setStateRemoved(handler);
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
   * Restarts the deliveries of a source after a position, forwards or backwards, for apps that store their own position. What waits in the
   * client is dropped, and what is no longer stored is announced as a gap. From then on until it is stopped, the client goes on from its
   * own position on every connection. The device's cursor does not move by this call, but with the acknowledgements of what follows.
   * @param source the user's own queue, or a group of the user
   * @param after the last position that the app has; 16 zeros for the state, and then the oldest stored message
   * @param options a signal that ends the wait; the restart takes effect nevertheless
   * @returns a promise that is fulfilled with the server's answer; before the start at once: then it takes effect with the first connection
   * @throws WsmqError a final refusal, such as `read-not-allowed` or `position-beyond-tail`; `client-closed`
   */
  async resume(source: Address, after: Position, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    const run = this.#run ??= this.#newRun();
    if (run.sender.closed) throw run.sender.closed;
    const answered = run.receiver.seek(source, after);
    answered.catch(e => { if (run.state === "stopped") this.#events.error(e); });
    if (run.state === "stopped") return undefined;
    return signal ? Promise.race([answered, rejected(signal)]) : answered;
  }

  /**
   * Keeps a copy of the app's data up to date that the messages of a source change: loads the data with its position, and then handles the
   * messages after that position. Loads it again, and goes on behind the new position, whenever messages of the source are missing, and at
   * each start of the client. The app's endpoint reads the position first and the data afterwards, so that the data may already have the
   * effect of the first messages that follow, and lacks none. Messages up to the position are acknowledged without being handled: use a
   * source whose messages all concern that data.
   * @param source the user's own queue, or a group of the user
   * @param load loads the data, replaces the copy, and returns the position of the data; meanwhile no handler of the source runs. If it fails,
   *        it is called again, with growing waits
   * @returns a function that ends that; messages are handled further on
   * @throws Error the source has a snapshot already, or is a work queue
   */
  snapshot(source: Address, load: (signal: AbortSignal) => PromiseLike<Position>): () => void {
    if (source.startsWith("work:")) throw new Error("A work queue has no position.");
    const end = this.#handlers.addSnapshot(source, load);
    if (this.#run && this.#run.state !== "stopped") this.#run.receiver.load(source);
    return end;
  }

  /**
   * Cancels a message that this user has sent with a delay and that is not due yet. Waits for a connection where there is none, and is
   * repeated after a lost connection and a temporary error; it may then return false because the first attempt has cancelled the message.
   * @param to the user or group that it was sent to
   * @param id its id, as in the receipt
   * @returns whether it waited: if not, it was due or cancelled before, or never sent
   * @throws WsmqError a final refusal; `client-closed`; `outcome-unknown`: there was no answer within `sendTimeout`
   */
  cancelDelayed(to: Address, id: string, { signal }: { signal?: AbortSignal } = {}): Promise<boolean> {
    return this[call]({ make: session => session.call("CancelDelayed", to, id), canRepeat: true, signal });
  }

  /**
   * Returns the messages that the log of an address still has, page by page, each page when it is needed: by range, sender, type and time, the
   * oldest or the newest first. They are not acknowledged, and handlers do not get them. By default a user reads the history of its own queue,
   * and of the groups that it is a member of what was stored since it joined. With the oldest first it ends with what is stored when it gets
   * there. Each page waits for a connection where there is none, and is asked for again after a lost connection and a temporary error.
   * @param source the user or group
   * @param query which messages; its `max` is the size of a page
   * @param options a signal that ends the enumeration
   * @throws WsmqError `history-not-allowed`, or another final refusal; `client-closed`; `outcome-unknown`: there was no answer within `sendTimeout`
   */
  history(source: Address, query: HistoryQuery = {}, options: { signal?: AbortSignal } = {}): AsyncIterableIterator<AnyMessage<Messages>> {
    return allOf((from, part) => this.historyPage(from, part, options), source, query);
  }

  /**
   * Returns one page of the history of an address, for lists that load more when the user asks for it. It may be short, or empty, although its
   * `next` says that more follows.
   * @param source the user or group
   * @param query which messages; without `after` and `before` the first page
   * @param options a signal that ends the wait
   * @throws WsmqError as `history`
   */
  async historyPage(source: Address, query: HistoryQuery = {}, { signal }: { signal?: AbortSignal } = {}): Promise<HistoryPage<AnyMessage<Messages>>> {
    const make = (session: Session) => session.call("History", source, onWire(query));
    return pageOf(await this[call]<HistoryPage<Wire>>({ make, canRepeat: true, signal }));
  }

  /**
   * Registers a listener, for example for changes of the client's state, gaps, dead letters, what waits in an outbox, or errors: `EventMap` has
   * all of them.
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

  /** @internal */
  [call]<T>(one: Call): Promise<T> {
    return (this.#run ??= this.#newRun()).calls.call(one);
  }

  #send(to: Address, serialized: () => string, signal: AbortSignal | undefined): Sent {
    try {
      const json = serialized();
      signal?.throwIfAborted();
      const closed = this.#run?.sender.closed;
      if (closed) throw closed;
      if (!this.#outbox) return sent((this.#run ??= this.#newRun()).sender.send(to, json, signal), Promise.resolve());
      const { receipt, queued } = this.#outbox.add(to, json, signal);
      return sent(receipt, queued);
    } catch (e) {
      const failed = Promise.reject(e);
      if (this.#outbox) failed.catch(() => {});
      return sent(failed, Promise.reject(e));
    }
  }

  #newRun(): Run {
    return new Run(this.#settings, this.#events, this.#handlers, this.#extensions);
  }
}

const rejected = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

function sent(receipt: Promise<Receipt>, queued: Promise<void>): Sent {
  // An app that awaits only the receipt gets the same error there.
  queued.catch(() => {});
  return Object.assign(receipt, { queued });
}
