import type { ClientEvents } from "../events.js";
import type { Handlers } from "../handlers.js";
import { fromWire, type Wire } from "../messages.js";

const MOST = 256;

/** Passes live pushes to their handlers, one after another. Beyond a number that waits, the oldest is dropped. */
export class Live {
  idle = Promise.resolve();
  #queue: Wire[] = [];
  #isRunning = false;

  constructor(readonly events: ClientEvents, readonly handlers: Handlers, readonly signal: AbortSignal) {}

  add(push: Wire): void {
    if (this.#queue.push(push) > MOST) this.#queue.shift();
    if (!this.#isRunning) this.idle = this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    await Promise.resolve();
    for (let push; !this.signal.aborted && (push = this.#queue.shift());) {
      try {
        await this.handlers.findLive(push.type)?.(fromWire(push), { signal: this.signal });
      } catch (e) {
        this.events.error(e);
      }
    }

    this.#isRunning = false;
  }
}
