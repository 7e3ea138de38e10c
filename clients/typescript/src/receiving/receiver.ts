import type { Session, SessionUser } from "../connection/session.js";
import type { ClientEvents } from "../events.js";
import type { Handlers } from "../handlers.js";
import type { Address } from "../messages.js";
import type { Settings } from "../options.js";
import { justBelow, type Position } from "../positions.js";
import { AllAcks } from "./acks.js";
import type { Delivery } from "./items.js";
import { Live } from "./live.js";
import { Source } from "./source.js";
import { StateCalls } from "./state.js";

/** Passes what the server sends to the sources. */
export class Receiver implements SessionUser {
  #sources = new Map<string, Source>();
  #session: Session | undefined;
  #live: Live;
  #allAcks: AllAcks;

  constructor(readonly settings: Settings, readonly events: ClientEvents, readonly handlers: Handlers, readonly signal: AbortSignal) {
    this.#live = new Live(events, handlers, signal);
    this.#allAcks = new AllAcks(settings);
    signal.addEventListener("abort", () => handlers.wake());
  }

  /** Before the connection starts: deliveries may arrive with its handshake. */
  register(session: Session): void {
    const receive = (delivery: Delivery) => this.#source(delivery.source).arrived({ ...delivery, delivery });
    session.on("Receive", receive);
    session.on("ReceiveMany", (deliveries: Delivery[]) => deliveries.forEach(receive));
    session.on("Gap", (source: Address, after: Position, before: Position, reason: string) =>
      this.#source(source).arrived({ position: justBelow(before), previous: after, gap: { source, after, before, reason } }));
    session.on("Skipped", (source: Address, after: Position, through: Position) => this.#source(source).skipped(after, through));
    session.on("Cleared", (source: Address, position: Position) => this.#source(source).cleared(position));
    const calls = new StateCalls();
    session.on("State", (source: Address, deliveries: Delivery[], through: Position | null) => {
      const state = calls.add(source, deliveries, through);
      if (state) this.#source(source).stateArrived(state);
    });
    session.on("DeadLettered", (source: Address, position: Position, attempts: number) =>
      this.#source(source).deadLettered(position, attempts));
    session.on("Stalled", (source: Address, position: Position) => this.events.stalled({ source, position }));
    session.on("Live", push => this.#live.add(push));
  }

  seek(source: Address, after: Position): Promise<void> {
    return this.#source(source).seek(after);
  }

  load(source: Address): void {
    this.#source(source).load();
  }

  attach(session: Session | undefined): void {
    this.#session = session;
    for (const source of this.#sources.values()) source.attach(session);
  }

  detach(): void {
    this.attach(undefined);
  }

  leave(): Promise<unknown> {
    return this.flush();
  }

  part(): void {
    for (const source of this.#sources.values()) source.acks.part();
  }

  flush(): Promise<unknown> {
    return Promise.all([...this.#sources.values()].map(source => source.acks.flush()));
  }

  /** Settles when no handler runs. */
  async idle(): Promise<void> {
    await Promise.all([this.#live.idle, ...[...this.#sources.values()].map(source => source.idle)]);
  }

  #source(address: Address): Source {
    let source = this.#sources.get(address);
    if (!source) {
      source = new Source(address, this.settings, this.events, this.handlers, this.signal, this.#allAcks);
      this.#sources.set(address, source);
      source.attach(this.#session);
    }

    return source;
  }
}
