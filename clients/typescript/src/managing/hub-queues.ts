import type { Call } from "../connection/calls.js";
import { fromWire, type Wire } from "../messages.js";
import type { Position } from "../positions.js";
import type {
  CallOptions, DeadLetterFilter, JobInfo, JobQuery, JobState, JobStatus, QueueAddress, QueueInfo, Queues,
} from "./types.js";

interface Step {
  count: number;
  next: string | null;
}

type WireJob = Omit<JobInfo, "message"> & { message?: Wire };

const jobOf = ({ message, ...job }: WireJob): JobInfo => ({ ...job, ...(message && { message: fromWire(message) }) });

/** Work queues over the hub. Which calls are repeated is decided here. */
export class HubQueues implements Queues {
  constructor(readonly call: <T>(call: Call) => Promise<T>) {}

  list(options?: CallOptions): Promise<QueueInfo[]> {
    return this.#repeated("ListQueues", [], options);
  }

  info(queue: QueueAddress, options?: CallOptions): Promise<QueueInfo> {
    return this.#repeated("QueueInfo", [queue], options);
  }

  async peek(queue: QueueAddress, query: JobQuery = {}, options?: CallOptions): Promise<JobInfo[]> {
    return (await this.#repeated<WireJob[]>("PeekJobs", [queue, query], options)).map(jobOf);
  }

  async find(queue: QueueAddress, position: Position, options?: CallOptions): Promise<JobInfo | null> {
    const job = await this.#repeated<WireJob | null>("FindJob", [queue, position], options);
    return job && jobOf(job);
  }

  status(queue: QueueAddress, position: Position, options?: CallOptions): Promise<JobStatus> {
    return this.#repeated("JobStatus", [queue, position], options);
  }

  // A position is never given to another job.
  cancel(queue: QueueAddress, position: Position, options?: CallOptions): Promise<boolean> {
    return this.#repeated("CancelJob", [queue, position], options);
  }

  cancelUnique(queue: QueueAddress, uniqueId: string, { signal }: CallOptions = {}): Promise<boolean> {
    return this.call({ make: session => session.call("CancelUnique", queue, uniqueId), canRepeat: false, signal });
  }

  async pause(queue: QueueAddress, options?: CallOptions): Promise<void> {
    await this.#repeated("PauseQueue", [queue], options);
  }

  async resume(queue: QueueAddress, options?: CallOptions): Promise<void> {
    await this.#repeated("ResumeQueue", [queue], options);
  }

  purge(queue: QueueAddress, state: "waiting" | Exclude<JobState, "leased"> = "waiting", options?: CallOptions): Promise<number> {
    return this.#inSteps("PurgeQueue", [queue, state], options);
  }

  delete(queue: QueueAddress, options?: CallOptions): Promise<number> {
    return this.#inSteps("DeleteQueue", [queue], options);
  }

  redrive(queue: QueueAddress, filter: DeadLetterFilter | null = null, options?: CallOptions): Promise<number> {
    return this.#inSteps("RedriveDeadLetters", [queue, filter], options);
  }

  removeDeadLetters(queue: QueueAddress, filter: DeadLetterFilter | null = null, options?: CallOptions): Promise<number> {
    return this.#inSteps("RemoveDeadLetters", [queue, filter], options);
  }

  #repeated<T>(method: string, args: unknown[], { signal }: CallOptions = {}): Promise<T> {
    return this.call({ make: session => session.call(method, ...args), canRepeat: true, signal });
  }

  // The first step decides which jobs belong to the call: repeated, it would include later ones. The others state its bound again.
  async #inSteps(method: string, args: unknown[], { signal }: CallOptions = {}): Promise<number> {
    let count = 0;
    let next: string | null = null;
    do {
      const last = next;
      const step: Step = await this.call({ make: session => session.call(method, ...args, last), canRepeat: last !== null, signal });
      count += step.count;
      next = step.next;
    } while (next !== null);

    return count;
  }
}
