/** Works on the jobs of a work queue: the entry point `@wsmq/client/work`. */
import type { WsmqClient, TypeOf } from "./client.js";
import { workerOf } from "./working/known.js";
import type { JobHandler, JobHandlers, Worker, WorkOptions } from "./working/types.js";

export type { Job, JobHandler, JobHandlers, RetryOptions, Worker, WorkOptions } from "./working/types.js";

/**
 * Works on the jobs of a queue over a client; call it before the client starts or sends. Several jobs run at a time; their leases are
 * extended meanwhile. A job is completed when its handler's promise is fulfilled, unless the handler has called `job.retry` or
 * `job.reject`; a handler that fails is a failed attempt, which is tried again later. Jobs in progress go on when the connection is lost.
 * The app's authorizer must allow the user to work on the queue.
 *
 * Leases are extended by timers: a handler must not block the event loop for longer than half a lease.
 * @param client the client
 * @param queue the address of the queue
 * @param handle the handler of all jobs, or one for each type. Jobs of other types are handed back for a worker that knows them, and become
 *        dead letters after a day
 * @param options how many jobs run at a time, and more
 * @returns the worker, which stops with the client
 * @throws Error the client works on the queue already, also with `onRequest`; or it was started
 */
export function work<Messages extends object>(
  client: WsmqClient<Messages>, queue: `work:${string}`, handle: JobHandler | JobHandlers<Messages, TypeOf<Messages>>,
  options: WorkOptions = {},
): Worker {
  return workerOf(client, queue, handle as JobHandler | JobHandlers<any, string>, options);
}
