import { NoHandler } from "../errors.js";
import type { GapEvent } from "../events.js";
import type { Address } from "../messages.js";
import type { Position } from "../positions.js";
import type { Delivery } from "./items.js";

// As many as the server's default for messages of the log. Attempts at state are not reported to it: it counts them at a cursor only.
const MOST_ATTEMPTS = 20;

/** Whether a message of state is given up after a failed attempt, counted from 0: the server does not dead-letter it. */
export const isGivenUp = (error: unknown, attempt: number) => error instanceof NoHandler || attempt + 1 >= MOST_ATTEMPTS;

/** The state of a source that comes before what follows a position. */
export class State {
  /** The app goes on elsewhere: what is not handled yet is not handled any more. */
  isObsolete = false;

  /** Its keys are not all of what the app has: it has messages behind the state. */
  isBehind = false;

  /** All keys, also of what the app has already. */
  readonly keys: string[];

  constructor(public deliveries: readonly Delivery[], readonly through: Position) {
    this.keys = deliveries.map(({ stateKey }) => stateKey!);
  }

  /**
   * Passes the messages on, one after another.
   * @param handle returns whether the message was handled
   * @returns whether all were
   */
  async pass(handle: (delivery: Delivery) => Promise<boolean>): Promise<boolean> {
    for (const delivery of this.deliveries) if (this.isObsolete || !await handle(delivery)) return false;
    return !this.isObsolete;
  }
}

/**
 * Puts the calls together by which one connection delivers state. What a connection has begun and not ended comes again over the next one,
 * which has an instance of its own, so that calls of two connections are never mixed.
 */
export class StateCalls {
  #begun = new Map<Address, Delivery[]>();

  /** Returns all of it with the last call, which has a position, and undefined before. */
  add(source: Address, deliveries: Delivery[], through: Position | null): State | undefined {
    let begun = this.#begun.get(source);
    const [first, last] = [deliveries[0], begun?.at(-1)];

    // The server has begun again before it had ended.
    if (!first && through === null) {
      this.#begun.delete(source);
      return undefined;
    }

    // Positions go up: otherwise the server has begun again, after a Resume.
    if (!begun || (first && last && first.position <= last.position)) this.#begun.set(source, begun = []);
    for (const delivery of deliveries) begun.push({ ...delivery, isState: true });
    if (through === null) return undefined;
    this.#begun.delete(source);
    return new State(begun, through);
  }
}

/** What of the state of a source its app has, and state that has come too early, or that is complete only with the gap that follows. */
export class StateProgress {
  #known: Position = "";
  #early: State | undefined;

  /** State that is behind what the app has. */
  #beforeGap: State | undefined;

  /** State has arrived that follows what was received before. */
  arrived(state: State, received: Position | undefined): void {
    state.isBehind = received !== undefined && state.through < received;
    this.#beforeGap = state.isBehind ? state : undefined;
  }

  /** Returns the state that is complete with what arrives next: a gap that follows it directly. */
  completedBy(gap: GapEvent | undefined): State | undefined {
    const state = gap && this.#beforeGap?.through === gap.after ? this.#beforeGap : undefined;
    this.#beforeGap = undefined;
    return state;
  }

  /** The app gets, or has, all messages up to a position. Gaps are no such move: they may have state in them. */
  moved(position: Position): void {
    this.#known = position;
    this.#early = undefined;
  }

  /** State is taken: what the app has is removed from it. */
  take(state: State): State {
    state.deliveries = state.deliveries.filter(({ position }) => position > this.#known);
    this.#known = state.deliveries.at(-1)?.position ?? this.#known;
    this.#early = undefined;
    return state;
  }

  /** Entries before its position are missing. If those turn out to be a gap, it belongs before that, otherwise the server delivers it again. */
  keep(state: State): void {
    this.#early = state;
  }

  /** Returns the state that belongs before a gap. */
  before(end: Position): State | undefined {
    return this.#early && this.#early.through <= end ? this.#early : undefined;
  }

  /** The connection is lost. */
  forget(): void {
    this.#early = undefined;
  }
}
