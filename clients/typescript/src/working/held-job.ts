import type { Wire } from "../messages.js";
import type { Position } from "../positions.js";
import type { Job, RetryOptions } from "./types.js";

/** A job on the wire. */
export interface GivenJob {
  token: string;
  lease: number;
  attempt: number;
  lostLeases: number;
  due: number;
  progress?: unknown;
  message: Wire & { source: string; position: Position; sentAt: number };
}

/** The call that ends an attempt, with its last arguments. */
export type End =
  | ["Complete" | "HandBack"] | ["Retry", RetryOptions | null] | ["Reject", string | null]
  | ["CompleteWith", string, object] | ["RefuseJob", string, string, string | null];

/** A job between its arrival and the answer to its end, and its lease: lost once no extension was confirmed for its duration. */
export class HeldJob implements Job {
  end: End = ["Complete"];
  lostAt: number | undefined;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #extending: ReturnType<typeof setInterval> | undefined;
  #isOver = false;

  /** @param call calls a method of the hub with the job's position and token and further arguments */
  constructor(readonly given: GivenJob, readonly call: (method: string, ...more: unknown[]) => Promise<unknown>) {
    // The time that the job took to arrive is not known.
    this.#confirmed(given.lease * 0.9);
    this.#extending = setInterval(() => this.extend("Extend").catch(() => {}), given.lease / 3);
  }

  get attempt(): number {
    return this.given.attempt;
  }

  get lostLeases(): number {
    return this.given.lostLeases;
  }

  get due(): number {
    return this.given.due;
  }

  get progress(): unknown {
    return this.given.progress;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  report(progress: unknown): Promise<void> {
    return this.extend("ReportProgress", progress);
  }

  retry(options: RetryOptions = {}): void {
    this.end = ["Retry", options];
  }

  reject(reason?: string): void {
    this.end = ["Reject", reason ?? null];
  }

  lost(): void {
    this.lostAt ??= performance.now();
    this.#abort.abort();
  }

  over(): void {
    this.#isOver = true;
    clearInterval(this.#extending);
    clearTimeout(this.#timer);
  }

  /** Extends the lease once. It counts from when the call was sent. */
  async extend(method: string, ...more: unknown[]): Promise<void> {
    const asked = performance.now();
    try {
      await this.call(method, ...more);
    } catch (e) {
      if ((e as { code?: string }).code === "lease-lost") this.lost();
      throw e;
    }

    this.#confirmed(this.given.lease - (performance.now() - asked));
  }

  #confirmed(left: number): void {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = setTimeout(() => this.lost(), left);
  }
}
