import { clientClosed, outcomeUnknown, WsmqError } from "../errors.js";
import type { Receipt } from "../messages.js";
import type { Outcome } from "./drainer.js";

interface Waiter {
  resolve(receipt: Receipt): void;
  reject(error: unknown): void;
}

/** The promises of this tab's messages, by the keys of their entries. */
export class Waiters {
  #waiters = new Map<number, Waiter>();
  #early = new Map<number, Outcome>();
  #writes = 0;
  #discarded = 0;

  /** @param cancelled called where the app ends the wait */
  wait(key: number, signal: AbortSignal | undefined, cancelled: () => void): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      const cancel = () => {
        this.#waiters.delete(key);
        cancelled();
        reject(signal!.reason);
      };
      const done = () => signal?.removeEventListener("abort", cancel);
      this.#waiters.set(key, {
        resolve: receipt => { done(); resolve(receipt); },
        reject: error => { done(); reject(error); },
      });
      if (signal?.aborted) cancel();
      else signal?.addEventListener("abort", cancel, { once: true });
      const outcome = this.#early.get(key);
      if (outcome) this.settle(key, outcome);
      else if (key > 0 && key <= this.#discarded) this.fail(key, discarded());
    });
  }

  /** A write begins: another tab may send its entries before this one knows their keys. */
  writing(): void {
    this.#writes++;
  }

  /** The keys are known. */
  wrote(): void {
    // After those who wait for the keys have noted them.
    setTimeout(() => { if (--this.#writes === 0) this.#early.clear(); });
  }

  settle(key: number, { receipt, refusal }: Outcome): void {
    const waiter = this.#waiters.get(key);
    if (!receipt && refusal === undefined) return;
    if (!waiter) {
      if (this.#writes > 0) this.#early.set(key, { ...(receipt && { receipt }), ...(refusal !== undefined && { refusal }) });
      return;
    }

    this.#waiters.delete(key);
    if (receipt) waiter.resolve(receipt);
    else waiter.reject(WsmqError.from({ message: refusal }));
  }

  /**
   * The entries of a store up to a key were discarded: those that were written later are not meant.
   * @param mayBeStored whether this tab has sent an entry and does not know its outcome
   */
  discard(last: number, mayBeStored: (key: number) => boolean): void {
    if (last > 0) this.#discarded = Math.max(this.#discarded, last);
    for (const key of this.keys) {
      if (key > last || Math.sign(key) !== Math.sign(last)) continue;
      this.fail(key, mayBeStored(key) ? outcomeUnknown("the message was discarded while it was sent") : discarded());
    }
  }

  get keys(): number[] {
    return [...this.#waiters.keys()];
  }

  fail(key: number, error: unknown): void {
    this.#waiters.get(key)?.reject(error);
    this.#waiters.delete(key);
  }
}

const discarded = () => clientClosed("the message was discarded");
