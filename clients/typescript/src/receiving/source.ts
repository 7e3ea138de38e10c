import { Pause, waitOf } from "../backoff.js";
import { Lost, type Session } from "../connection/session.js";
import { clientClosed, type WsmqError } from "../errors.js";
import { isFinal, type ClientEvents, type GapEvent } from "../events.js";
import type { Handlers } from "../handlers.js";
import type { Address } from "../messages.js";
import type { Settings } from "../options.js";
import { next, START, type Position } from "../positions.js";
import { Acks, type AllAcks } from "./acks.js";
import { isLoad, type Delivery, type Item } from "./items.js";
import { SnapshotLoads } from "./loads.js";
import { Resume } from "./resume.js";
import { isGivenUp, StateProgress, type State } from "./state.js";

/** A call of `seek` that the server has not answered yet. */
interface Seek {
  resolve(): void;
  reject(error: unknown): void;
  isLoaded: boolean;

  /** Whether state was dropped that was not handled. */
  dropsState: boolean;
}

/**
 * The deliveries of one source. An entry is accepted only if none can be missing before it; otherwise it is dropped and the client calls
 * Resume after the last received position. Accepted ones are passed to the app one after another, and one that fails is repeated with
 * growing waits before the next one: the server counts the failures and dead-letters it at its limit.
 */
export class Source {
  readonly acks: Acks;
  #queue: Item[] = [];
  #received: Position | undefined;
  #handled: Position = "";
  #left: Position = "";
  #resume = new Resume();
  #state = new StateProgress();
  #loads: SnapshotLoads;
  #isFull = false;
  #isLoadQueued = false;
  #mayOverlap = false;
  #deadLettered = new Set<Position>();
  #session: Session | undefined;
  #isResuming = false;
  #isRunning = false;
  #pause = new Pause();
  #idle = Promise.resolve();
  #seeks: Seek[] = [];

  constructor(
    readonly address: Address, readonly settings: Settings, readonly events: ClientEvents, readonly handlers: Handlers,
    readonly signal: AbortSignal, allAcks: AllAcks) {
    this.acks = new Acks(address, settings, events, allAcks);
    this.#loads = new SnapshotLoads(this, this.#pause);
    signal.addEventListener("abort", () => {
      this.#pause.end();
      for (const { reject } of this.#seeks.splice(0)) reject(clientClosed("the client was stopped"));
    });
  }

  /** Settles when no handler runs. */
  get idle(): Promise<void> {
    return this.#idle;
  }

  attach(session: Session | undefined): void {
    this.#session = session;

    // What has arrived with this connection's handshake, before this call, needs no request.
    if (session) {
      this.#resume.connected();
    } else {
      this.#resume.lost(this.#received !== undefined);
      this.#state.forget();
    }

    this.acks.attach(session);
    void this.#callResume();
  }

  /**
   * Goes on after a position. What waits is dropped, but for a request to load; a handler that runs comes to its end.
   * @param isLoaded whether the app has what the messages up to the position say
   */
  seek(after: Position, isLoaded = false): Promise<void> {
    let dropsState = false;
    for (const { state } of this.#queue) if (state) dropsState = state.isObsolete = true;
    this.#queue = this.#queue.filter((item, i) => (i === 0 && this.#isRunning) || isLoad(item));
    this.#isFull = false;
    this.#received = after;
    this.#state.moved(after);
    this.#mayOverlap = !isLoaded;
    if (isLoaded) this.#left = after;
    if (isLoaded && after > this.#handled) this.#handled = after;
    this.#resume.seek();
    return new Promise((resolve, reject) => {
      this.#seeks.push({ resolve, reject, isLoaded, dropsState });
      void this.#callResume();
    });
  }

  /** Loads the app's data, once what waits is handled. Without a snapshot of the source it changes nothing. */
  load(): void {
    if (this.#isLoadQueued) return;
    this.#isLoadQueued = true;
    this.#push({ position: "", previous: "" });
  }

  arrived(item: Item): void {
    const { position, previous } = item;
    const received = this.#received;
    if (received !== undefined && position <= received) {
      if (position <= this.#handled) this.acks.repeat();
      return;
    }

    if (this.#isMissing(previous)) return;
    item.complete = this.#state.completedBy(item.gap);

    // The server's log continues before what was received: it has lost its end, and nobody saw that in time to announce it.
    const wentBack = received !== undefined && previous < received && !item.gap && !this.#mayOverlap;
    this.#take(item);
    if (wentBack) this.load();
  }

  /** The server does not deliver what is between two positions, and that is no gap. */
  skipped(after: Position, through: Position): void {
    if (this.#isMissing(after) || through <= (this.#received ?? "")) return;

    // After a reconnect the server may go on before it, if the cursor was not moved there in time.
    this.#received = through;
    this.#mayOverlap = true;
  }

  /** All state that the server delivers at once, in place of what the log does not have any more. */
  stateArrived(state: State): void {
    const { through } = state;
    if (this.#isMissing(through)) return this.#state.keep(state);
    this.#state.arrived(state, this.#received);
    this.#takeState(state);
    if (this.#received === undefined || through > this.#received) this.#received = through;
  }

  deadLettered(position: Position, attempts: number): void {
    if (position <= this.#left || this.#deadLettered.has(position)) return;
    this.#deadLettered.add(position);
    this.#pause.end();
    this.events.deadLettered({ source: this.address, position, attempts });

    // What the message says will be missing in the app's copy.
    this.load();
  }

  /** Another device has handled the message: if its handler has not begun here, it does not. */
  cleared(position: Position): void {
    if (position > this.#left) this.#deadLettered.add(position);
    this.#pause.end();
    this.events.emit("cleared", { source: this.address, position });
  }

  /** Whether entries after the last received one are missing up to a position, and are requested. */
  #isMissing(before: Position): boolean {
    const received = this.#received;
    if (received === undefined || before <= received || this.#giveUp(received, before)) return false;
    this.#resume.miss();
    void this.#callResume();
    return true;
  }

  #giveUp(after: Position, before: Position): boolean {
    if (!this.#resume.mayGiveUp) return false;
    const gap = { source: this.address, after, before: next(before), reason: "lost" };
    return this.#take({ position: before, previous: after, gap });
  }

  #take(item: Item): boolean {
    if (this.#isFull || this.#queue.length - +this.#isLoadQueued >= this.settings.maxBufferedDeliveries) {
      this.#isFull = true;
      this.#resume.dropped();
      return false;
    }

    const early = item.gap && this.#state.before(item.position);
    if (early) this.#takeState(early);
    if (!item.gap) this.#state.moved(item.position);
    this.#received = item.position;
    this.#mayOverlap = item.gap !== undefined;
    this.#resume.taken();
    if (item.delivery) this.events.received(item.delivery);
    this.#push(item);
    return true;
  }

  // Also where no more messages may wait: a Resume after the last position would not bring it again.
  #takeState(state: State): void {
    this.#push({ position: state.through, previous: state.through, state: this.#state.take(state) });
  }

  #push(item: Item): void {
    this.#queue.push(item);
    if (!this.#isRunning) this.#idle = this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;

    // The handler must not run inside SignalR's callback.
    await Promise.resolve();
    for (let item; !this.signal.aborted && (item = this.#queue[0]);) {
      if (await this.#pass(item)) {
        // State may come before a position that was passed already.
        if (!item.state || item.position > this.#handled) this.#handled = this.#left = item.position;
        for (const position of this.#deadLettered) if (position <= this.#left) this.#deadLettered.delete(position);

        // Gaps as well: one at the tail of a log would otherwise be announced again on every connection.
        this.acks.handled(item.position);
      }

      this.#queue.shift();
      if (this.#isFull && this.#queue.length <= this.settings.maxBufferedDeliveries / 2) {
        this.#isFull = false;
        void this.#callResume();
      }
    }

    this.#isRunning = false;
  }

  /** Returns whether the item may be acknowledged. */
  async #pass({ delivery, gap, state, complete }: Item): Promise<boolean> {
    if (delivery) return this.#handle(delivery);
    if (gap) {
      if (complete) this.#complete(complete);
      return this.#announce(gap);
    }

    if (state) return this.#handleState(state);
    this.#isLoadQueued = false;
    await this.#load();
    return false;
  }

  /** Returns whether the message was handled or dead-lettered: then it may be acknowledged. */
  async #handle(delivery: Delivery): Promise<boolean> {
    for (let attempt = 0; !this.signal.aborted; attempt++) {
      if (this.#deadLettered.has(delivery.position)) return true;
      try {
        const isHandled = await this.handlers.handle(delivery, this.signal);
        const snapshot = this.handlers.snapshots.get(this.address);
        if (snapshot && isHandled) snapshot.loads = 0;
        return isHandled;
      } catch (e) {
        if (this.signal.aborted) break;
        this.events.error(e, delivery);
        if (delivery.isState && isGivenUp(e, attempt)) return true;
        const pause = this.#pause.for(waitOf(this.settings.handlerBackoff, attempt));
        await Promise.all([delivery.isState || this.#nack(delivery.position, e), pause]);
      }
    }

    return false;
  }

  async #handleState(state: State): Promise<boolean> {
    const isHandled = await state.pass(delivery => this.#handle(delivery));
    if (isHandled && !state.isBehind) this.#complete(state);
    return isHandled;
  }

  #complete({ through, deliveries, keys }: State): void {
    this.events.emit("stateComplete", { source: this.address, position: through, count: deliveries.length, keys });
  }

  async #announce(gap: GapEvent): Promise<boolean> {
    for (let attempt = 0; !this.signal.aborted; attempt++) {
      try {
        await this.events.gap(gap);
        // Expired messages are not missing in the app's data.
        return gap.reason === "expired" || !(await this.#load(gap));
      } catch (e) {
        this.events.error(e);
        await this.#pause.for(waitOf(this.settings.handlerBackoff, attempt));
      }
    }

    return false;
  }

  /** Loads the app's data. Returns whether the source goes on behind its position, see `SnapshotLoads`. */
  #load(gap?: GapEvent): Promise<boolean> {
    return this.#loads.run(gap, position => {
      // Acknowledged once the server has accepted the position: one that its log has not issued is refused for good.
      this.seek(position, true).then(() => { if (+position > 0) this.acks.handled(position); }, () => {});
    });
  }

  async #nack(position: Position, error: unknown): Promise<void> {
    const session = this.#session;
    if (!session) return;
    try {
      // The server counts attempts only at the first unacknowledged message.
      await this.acks.flush();
      await session.call("Nack", this.address, position, this.handlers.reasonOf(error));
    } catch {
      // The attempt does not count. The next one is reported as well.
    }
  }

  async #callResume(): Promise<void> {
    if (this.#isResuming) return;
    this.#isResuming = true;
    let failures = 0;
    for (let session; (session = this.#session) && this.#resume.isNeeded && !this.#isFull && !this.signal.aborted;) {
      this.#resume.begin();
      const seeks = this.#seeks.splice(0);
      try {
        await session.call("Resume", this.address, this.#received);
        this.#resume.answered(false);
        for (const { resolve } of seeks) resolve();
        failures = 0;
      } catch (e) {
        if (isFinal(e)) {
          this.#resume.answered(true);
          this.#refused(e, seeks);
          continue;
        }

        this.#seeks.unshift(...seeks);
        if (session === this.#session && session.isAlive) {
          const retryAfter = e instanceof Lost ? 0 : (e as WsmqError).retryAfter;
          await new Pause().for(Math.max(waitOf(this.settings.sendBackoff, failures++), retryAfter));
        } else if (session === this.#session) {
          break;
        }
      }
    }

    this.#isResuming = false;
  }

  #refused(error: WsmqError, seeks: Seek[]): void {
    // The user has left the group. A user who joins again begins with what is delivered then; a copy of the app's data has to be loaded again,
    // because of the messages in between.
    if (error.code === "read-not-allowed" && !this.handlers.snapshots.has(this.address)) {
      this.#received = undefined;
      if (seeks.length > 0) this.#state.moved(this.#left);
    } else if (seeks.some(seek => !seek.isLoaded)) {
      // It goes on where it was, with what the seek has dropped: state before everything comes again from the start only.
      const start = seeks.some(seek => seek.dropsState) ? START : undefined;
      this.#received = this.#queue.find(({ delivery, gap }) => delivery ?? gap)?.position ?? (this.#left || start);
      this.#state.moved(this.#received ?? "");
      if (this.#received !== undefined) this.#resume.seek();
    } else {
      this.events.error(error);
      if (error.code === "position-beyond-tail") this.load();
    }

    for (const { reject } of seeks) reject(error);
  }
}
