import type { ClientEvents } from "../events.js";

/** Tells the app how many messages wait, whenever that has changed. It is counted only where somebody listens, once at a time. */
export class PendingNews {
  #last: number | undefined;
  #counting: Promise<void> | undefined;
  #isStale = false;

  /** @param count reads the number; undefined if there is none any more */
  constructor(readonly events: ClientEvents, readonly count: () => Promise<number | undefined>) {}

  /** The number may have changed. Settles once it is told. */
  async changed(): Promise<void> {
    this.#isStale = true;

    // Who listens later has read the number meanwhile.
    if (!this.events.hears("pending")) this.#last = undefined;
    else await (this.#counting ??= this.#tell());
  }

  async #tell(): Promise<void> {
    try {
      while (this.#isStale) {
        this.#isStale = false;
        const count = await this.count();
        if (count === undefined) return;
        if (count !== this.#last) this.events.emit("pending", count);
        this.#last = count;
      }
    } catch (e) {
      this.events.error(e);
    } finally {
      this.#counting = undefined;
    }
  }
}
