import type { WsmqError } from "../errors.js";
import type { Message } from "../messages.js";

/** How a job that was not done is tried again. */
export interface RetryOptions {
  /** After how many milliseconds. Default: the back-off of the queue. */
  delay?: number;

  /** Whether this was a failed attempt; a job whose attempts are used up becomes a dead letter. Default true. */
  counts?: boolean;

  /** Why, for operators. Do not put content of the message into it. */
  reason?: string | null;
}

/** A job that this worker holds. */
export interface Job {
  /** The number of this attempt, from 1. */
  readonly attempt: number;

  /** How many leases of the job were lost: a worker that held it ended, or stood still for too long. */
  readonly lostLeases: number;

  /** When the job became due, in milliseconds since 1970. */
  readonly due: number;

  /** What an earlier attempt has reported; undefined if nothing. */
  readonly progress: unknown;

  /** Aborted when the lease is lost, because another worker may have the job then, or the job was cancelled. Stop working on it. */
  readonly signal: AbortSignal;

  /**
   * Stores how far the job has come, and extends the lease. Each call writes to the store.
   * @param progress a JSON value of at most 1,024 bytes
   * @throws WsmqError `lease-lost`, or another refusal
   */
  report(progress: unknown): Promise<void>;

  /** Has the job tried again once the handler has returned. */
  retry(options?: RetryOptions): void;

  /** Makes the job a dead letter once the handler has returned: no attempt can ever succeed. */
  reject(reason?: string): void;
}

/** A handler of jobs. */
export type JobHandler<Body = unknown, Type extends string = string> = (message: Message<Body, Type>, job: Job) => void | PromiseLike<void>;

/** A handler for each type of job. */
export type JobHandlers<Messages extends object, Types extends keyof Messages & string> = {
  [Type in Types]?: JobHandler<Messages[Type], Type>;
};

/** Options of a worker. Times are in milliseconds. */
export interface WorkOptions {
  /** How many jobs run at a time. Default 4. */
  concurrency?: number;

  /** How long a stop waits for the server and for handlers. Default 30,000. */
  stopTimeout?: number;

  /** Called when the server refuses the worker for good. Default: an error of the client. */
  refused?: (error: WsmqError) => void;

  /** After which time a job of a type without a handler is given out again. Default 30,000. */
  unknownTypeDelay?: number;
}

/** A worker of a queue. */
export interface Worker {
  /** Accepts no more jobs, and waits for those that have begun. The client goes on. */
  stop(): Promise<void>;
}
