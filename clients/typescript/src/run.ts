import { settles } from "./backoff.js";
import { currentPage } from "./browser/environment.js";
import { followPage } from "./browser/lifecycle.js";
import { TabDevice } from "./browser/tab-device.js";
import { Calls } from "./connection/calls.js";
import { ConnectionLoop } from "./connection/loop.js";
import type { ClientEvents, ClientState } from "./events.js";
import type { Extension } from "./extension.js";
import type { Handlers } from "./handlers.js";
import type { Settings } from "./options.js";
import { Receiver } from "./receiving/receiver.js";
import { Sender } from "./sending/sender.js";

/** The parts of a client that live from one start to the stop. */
export class Run {
  readonly sender: Sender;
  readonly loop: ConnectionLoop;
  readonly calls: Calls;
  readonly receiver: Receiver;
  #stopping = new AbortController();
  #stopped: Promise<void> | undefined;
  #state: ClientState = "stopped";
  #tab: TabDevice | undefined;
  #unfollow = () => {};

  constructor(
    readonly settings: Settings, readonly events: ClientEvents, readonly handlers: Handlers, readonly extensions: readonly Extension[]) {
    this.sender = new Sender(settings);
    this.calls = new Calls(settings);
    this.receiver = new Receiver(settings, events, handlers, this.#stopping.signal);
    this.loop = new ConnectionLoop(settings, [this.sender, this.calls, this.receiver, ...extensions], {
      device: () => this.#device(),
      query: () => extensions.map(part => part.query?.() ?? "").join(""),
      state: (state, error, retryIn) => this.#setState(state, error, retryIn),
      storeState: available => events.emit("storeState", available),
      register: session => [this.receiver, ...extensions].forEach(part => part.register?.(session)),
    });
  }

  /** Begins to connect, and to follow the page. */
  start(): void {
    const page = this.settings.page ?? currentPage();
    if (page) {
      this.#tab = new TabDevice(page);
      this.#unfollow = followPage(page, this.loop, () => this.#tab?.release());
    }

    for (const [source, snapshot] of this.handlers.snapshots) {
      snapshot.loads = 0;
      this.receiver.load(source);
    }

    void this.loop.run();
  }

  get state(): ClientState {
    return this.#state;
  }

  get hasStopped(): boolean {
    return this.#stopped !== undefined || this.loop.isStopped;
  }

  /** Refuses new sends and calls, waits for those in flight and for handlers, acknowledges what they have handled, and closes. */
  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<void> {
    const { stopTimeout } = this.settings;
    this.#stopping.abort();
    await Promise.all([this.calls.close(stopTimeout), ...this.extensions.map(part => part.stop?.()), this.sender.close(stopTimeout)]);
    await settles(this.handlers.before = this.receiver.idle(), stopTimeout);
    await settles(this.receiver.flush(), stopTimeout);
    this.loop.stop();
    this.#unfollow();
    this.#tab?.release();
    this.#setState("stopped");
  }

  #device(): string | PromiseLike<string> {
    const { device = this.#tab ? () => this.#tab!.name() : "default" } = this.settings;
    return typeof device === "string" ? device : device();
  }

  #setState(state: ClientState, error?: unknown, retryIn?: number): void {
    const previous = this.#state;
    this.#state = state;
    if (error) this.sender.cause = (error as Error).message;
    if (state === "connected") this.events.connected();
    const isOver = state === "stopped" && previous !== "connecting";
    if (error && (isOver || (state === previous && retryIn !== undefined))) this.events.unconnected(this.settings.url, error, isOver);
    if (state === previous && error === undefined) return;
    this.events.emit("state", { state, previous, ...(error !== undefined && { error }), ...(retryIn !== undefined && { retryIn }) });
  }
}
