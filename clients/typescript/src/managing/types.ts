import type { Message } from "../messages.js";
import type { Position } from "../positions.js";

/** The address of a work queue. */
export type QueueAddress = `work:${string}`;

/** The state of a job. */
export type JobState = "ready" | "delayed" | "leased" | "retrying" | "blocked" | "dead";

/** The state of a queue. */
export interface QueueInfo {
  /** The address of the queue. */
  queue: QueueAddress;

  /** Whether workers get no jobs. */
  paused: boolean;

  /** How many jobs wait for a worker. */
  ready: number;

  /** How many jobs are not due yet. */
  delayed: number;

  /** How many jobs workers hold. */
  leased: number;

  /** How many jobs wait for another attempt. */
  retrying: number;

  /** How many jobs wait for an earlier one of their key. */
  blocked: number;

  /** How many dead letters there are. */
  dead: number;

  /** Bytes of all jobs but dead letters, with what the store adds to each. */
  bytes: number;

  /** For how many milliseconds the oldest ready job has been ready; null if none is. */
  oldestReadyAge: number | null;

  /** What has happened since the queue was created. */
  totals: QueueTotals;
}

/** What has happened in a queue since it was created. */
export interface QueueTotals {
  /** Jobs that were stored. */
  stored: number;

  /** Jobs that were completed. */
  completed: number;

  /** Attempts that failed. */
  failedAttempts: number;

  /** Leases that were lost. */
  lostLeases: number;

  /** Jobs that became dead letters. */
  deadLettered: number;

  /** Dead letters that were removed over a limit. */
  deadLettersRemoved: number;

  /** Jobs and dead letters that were removed by a call. */
  removed: number;
}

/** A job in a queue, or a dead letter. */
export interface JobInfo<Body = unknown> {
  /** Its position in the queue, which the receipt of its send has. */
  position: Position;

  /** Its state. */
  state: JobState;

  /**
   * In milliseconds since 1970: since when it is ready or blocked, when it is due (delayed, retrying), when its lease ends, or when it
   * became a dead letter.
   */
  time: number;

  /** Its priority. */
  priority: "low" | "normal" | "high";

  /** Its key; absent if it has none. */
  key?: string;

  /** Its unique id; absent if it has none. */
  uniqueId?: string;

  /** The end of its time to live, in milliseconds since 1970; absent if it has none. */
  expires?: number;

  /** How many attempts have failed so far. */
  failedAttempts: number;

  /** How many leases were lost so far. */
  lostLeases: number;

  /** The worker that holds it or held it last; absent if none did. */
  worker?: string;

  /** The last progress that a worker reported; absent if none did. */
  progress?: unknown;

  /** Why it is a dead letter: `rejected`, `attempts-used-up`, `leases-lost` or `expired`. */
  deadReason?: string;

  /** What the worker stated about a dead letter. */
  reason?: string;

  /** The message; absent if it was not asked for, or its stored form is corrupt. */
  message?: Message<Body>;
}

/** What is known of a job. */
export interface JobStatus {
  /** The job or dead letter, without its message; null if it is not stored. */
  job: JobInfo | null;

  /** How it has ended; null while it has not, and once that is forgotten. */
  outcome: JobOutcome | null;

  /** Whether the job has ended. */
  ended: boolean;
}

/** How a job has ended. */
export interface JobOutcome {
  /** `completed`, `rejected`, `attempts-used-up`, `leases-lost`, `expired` or `removed`. */
  end: string;

  /** When it ended, in milliseconds since 1970. */
  time: number;

  /** What the worker stated; absent if nothing. */
  reason?: string;

  /** The last progress that a worker reported; absent if none did. */
  progress?: unknown;
}

/** Which jobs of a queue to list. */
export interface JobQuery {
  /** Their state. Default `ready`. */
  state?: JobState;

  /** How many jobs to leave out. Default 0. */
  skip?: number;

  /** The most jobs to return, 1 to 200. Default 100. */
  max?: number;

  /** Whether to return the messages as well: then the result ends with the job whose message reaches 256 KiB in total. */
  messages?: boolean;
}

/** Which dead letters are meant. */
export interface DeadLetterFilter {
  /** Why they are dead letters. */
  reason?: string;

  /** The type of their messages. */
  type?: string;

  /** From when on they are dead letters, in milliseconds since 1970. */
  from?: number;

  /** Before when they became dead letters, in milliseconds since 1970. */
  until?: number;
}

/** Options of a call. */
export interface CallOptions {
  /** Ends the wait for the answer, and a call in steps between two of them. */
  signal?: AbortSignal;
}

/** Inspects and changes work queues, as far as the app's authorizer lets the user manage them. */
export interface Queues {
  /** Returns the queues that the user may manage, by name. */
  list(options?: CallOptions): Promise<QueueInfo[]>;

  /** Returns the state of a queue. */
  info(queue: QueueAddress, options?: CallOptions): Promise<QueueInfo>;

  /** Lists jobs of a state, in the order of their time; ready ones by priority, blocked ones by key. */
  peek(queue: QueueAddress, query?: JobQuery, options?: CallOptions): Promise<JobInfo[]>;

  /** Returns a job or dead letter with its message; null if it is not stored. */
  find(queue: QueueAddress, position: Position, options?: CallOptions): Promise<JobInfo | null>;

  /** Returns what is known of a job, for a while also after its end. */
  status(queue: QueueAddress, position: Position, options?: CallOptions): Promise<JobStatus>;

  /** Removes a job or a dead letter. The worker that holds it is told. Returns false if it is not stored, which a repeat may find. */
  cancel(queue: QueueAddress, position: Position, options?: CallOptions): Promise<boolean>;

  /** Removes the job with a unique id. Not repeated by the client: another job may have the id by then. */
  cancelUnique(queue: QueueAddress, uniqueId: string, options?: CallOptions): Promise<boolean>;

  /** Pauses a queue: from now on no worker of any node gets a job. Sends are still accepted. */
  pause(queue: QueueAddress, options?: CallOptions): Promise<void>;

  /** Ends a pause. */
  resume(queue: QueueAddress, options?: CallOptions): Promise<void>;

  /** Removes jobs of a state that were sent before the call; `waiting`, the default, leaves dead letters and what workers hold. */
  purge(queue: QueueAddress, state?: "waiting" | Exclude<JobState, "leased">, options?: CallOptions): Promise<number>;

  /** Removes all jobs and dead letters that were sent before the call. The queue remains. Returns how many there were. */
  delete(queue: QueueAddress, options?: CallOptions): Promise<number>;

  /** Makes jobs of dead letters again. Returns how many. */
  redrive(queue: QueueAddress, filter?: DeadLetterFilter | null, options?: CallOptions): Promise<number>;

  /** Removes dead letters. Returns how many there were. */
  removeDeadLetters(queue: QueueAddress, filter?: DeadLetterFilter | null, options?: CallOptions): Promise<number>;
}
