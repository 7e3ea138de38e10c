import type { ClientEvents } from "../events.js";

/** Tells the app how many messages wait, whenever that has changed. It is counted only where somebody listens, once at a time. */
export class PendingNews {
  #last: number | undefined;
  #isCounting = false;
  #isStale = false;

  /** @param count reads the number; undefined if there is none any more */
  constructor(readonly events: ClientEvents, readonly count: () => Promise<number | undefined>) {}

  /** The number may have changed. */
  changed(): void {
    this.#isStale = true;
    if (!this.#isCounting && this.events.hears("pending")) void this.#tell();
  }

  async #tell(): Promise<void> {
    this.#isCounting = true;
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
      this.#isCounting = false;
    }
  }
}
