import type { PageEnvironment } from "../browser/environment.js";
import type { Channel, News } from "./channel.js";

/**
 * Which tab sends: the one that holds a lock. A tab that is hidden gives it up; it may get it again where no other tab waits for it, and
 * then a shown one that comes later takes it over, because browsers slow down the timers of hidden tabs.
 */
export class Turns {
  #turn: AbortController | undefined;
  #isWaiting = false;

  constructor(readonly name: string, readonly page: PageEnvironment | undefined, readonly channel: Channel) {}

  /** Takes turns until the connection ends. @param turn what this tab does then, until the signal */
  async take(connection: AbortSignal, turn: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const locks = this.page?.locks;
    while (!connection.aborted) {
      if (!locks) {
        await this.#run(connection, turn);
        continue;
      }

      const taken = locks.request(this.name, { signal: connection }, () => {
        this.#isWaiting = false;
        if (this.#isHidden) this.channel.tell({ turn: "hidden" });
        return this.#run(connection, turn);
      });
      this.#isWaiting = true;
      this.#ask();
      await taken.finally(() => { this.#isWaiting = false; });
    }
  }

  /** The page was hidden or shown. */
  changed(): void {
    if (this.#isHidden) this.#turn?.abort();
    else this.#ask();
  }

  heard({ turn }: News): void {
    if (turn === "hidden") this.#ask();
    else if (turn === "wanted" && this.#isHidden) this.#turn?.abort();
  }

  // Again at each turn of a hidden tab: others that are hidden may wait for the lock before this one.
  #ask(): void {
    if (this.#isWaiting && !this.#isHidden) this.channel.tell({ turn: "wanted" });
  }

  get #isHidden(): boolean {
    return this.page?.document.visibilityState === "hidden";
  }

  async #run(connection: AbortSignal, turn: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const own = this.#turn = new AbortController();
    const end = () => own.abort();
    connection.addEventListener("abort", end);
    if (connection.aborted) end();
    try {
      await turn(own.signal);
    } finally {
      connection.removeEventListener("abort", end);
    }
  }
}
