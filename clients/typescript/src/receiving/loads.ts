import { waitOf, type Pause } from "../backoff.js";
import type { ClientEvents, GapEvent } from "../events.js";
import type { Handlers, Snapshot } from "../handlers.js";
import type { Address } from "../messages.js";
import type { Settings } from "../options.js";
import { isPosition, next, type Position } from "../positions.js";

// After so many times that the data is older than the gap, the store itself has an older tail; not where nothing was lost.
const MOST_OLDER = 3;
const NOTHING_LOST = ["retention", "consumed", "not-a-member"];

/** What loads need of their source. */
interface Loading {
  readonly address: Address;
  readonly settings: Settings;
  readonly events: ClientEvents;
  readonly handlers: Handlers;
  readonly signal: AbortSignal;
}

/** Loads the app's data of a source that has a snapshot. */
export class SnapshotLoads {
  constructor(readonly source: Loading, readonly pause: Pause) {}

  /**
   * Loads, repeatedly until that succeeds. Returns whether the source goes on behind the position of the data, or the client has stopped before
   * it could. It does not if there is no snapshot, or none any more; nor if the store has lost messages and the data is as old as the store.
   * @param gap what is missing, if the load is because of that
   * @param loaded lets the source go on behind a position
   */
  async run(gap: GapEvent | undefined, loaded: (position: Position) => void): Promise<boolean> {
    const { address, events, handlers, signal } = this.source;

    // A load of the last run that outlasted its stop would replace newer data. After the own stop that would be a wait for this one.
    if (!signal.aborted) await handlers.before;
    for (let older = 0, snapshot; !signal.aborted && (snapshot = handlers.snapshots.get(address));) {
      try {
        await this.#pauseBefore(snapshot, gap);
        if (signal.aborted) break;
        const position = await snapshot.load(signal);
        if (signal.aborted) break;
        if (handlers.snapshots.get(address) !== snapshot) continue;
        if (!isPosition(position)) throw new Error("The snapshot's function has to return the position of the data, 16 digits.");
        if (gap && next(position) < gap.before) {
          // The gap would be announced again behind every position in it.
          if (!NOTHING_LOST.includes(gap.reason) && ++older === MOST_OLDER) return false;
          throw new Error(`The data is of position ${position}, but messages before ${gap.before} are missing: `
            + "read the position, and then the data, from the primary.");
        }

        loaded(position);
        return true;
      } catch (e) {
        if (!signal.aborted) events.error(e);
      }
    }

    return signal.aborted && handlers.snapshots.has(address);
  }

  /** Loads that follow each other without a message that was handled have growing pauses. All members of a group have a gap at once. */
  async #pauseBefore(snapshot: Snapshot, gap?: GapEvent): Promise<void> {
    const { address, settings } = this.source;
    const loads = snapshot.loads++;
    const pause = loads > 0 ? waitOf(settings.handlerBackoff, loads - 1)
      : gap && address.startsWith("group:") ? Math.random() * settings.ackInterval : 0;
    if (pause > 0) await this.pause.for(pause);
  }
}
