import type { GapEvent } from "../events.js";
import type { Address, Wire } from "../messages.js";
import type { Position } from "../positions.js";
import type { State } from "./state.js";

/** A delivery on the wire. */
export interface Delivery extends Wire {
  source: Address;
  position: Position;
  previous: Position;
  stateKey?: string;
}

/**
 * What a source takes in order: a delivery, a gap that ends at the position, or state before what follows the position; or, with none of
 * them, the request to load the app's data.
 */
export interface Item {
  position: Position;
  previous: Position;
  delivery?: Delivery;
  gap?: GapEvent;
  state?: State;

  /** Of a gap: state that is complete with it. */
  complete?: State;
}

export const isLoad = ({ delivery, gap, state }: Item) => !delivery && !gap && !state;
