import { Pause } from "../backoff.js";
import { Lost, type Session } from "./session.js";

/** A connection as one part of the client uses it. Its calls and pauses end when the client leaves it, so that they do not hold up the next one. */
export class Link {
  #ends = new Set<() => void>();
  #isOver = false;

  constructor(readonly session: Session) {}

  get isOver(): boolean {
    return this.#isOver;
  }

  /** As `Session.call`, but a call that hangs is Lost with the end: the platform may take long to give up a connection. */
  call<T>(method: string, ...args: unknown[]): Promise<T> {
    return new Promise((resolve, reject) => {
      const lost = () => reject(new Lost());
      this.#ends.add(lost);
      this.session.call<T>(method, ...args).then(resolve, reject).finally(() => this.#ends.delete(lost));
    });
  }

  async pause(milliseconds: number): Promise<void> {
    if (this.#isOver) return;
    const pause = new Pause();
    const end = () => pause.end();
    this.#ends.add(end);
    await pause.for(milliseconds);
    this.#ends.delete(end);
  }

  end(): void {
    this.#isOver = true;
    for (const end of this.#ends) end();
  }
}
