import type { WsmqClient } from "../client.js";
import { extend } from "../extension.js";
import type { JobHandler, JobHandlers, WorkOptions } from "./types.js";
import { QueueWorker, type JobAnswers } from "./worker.js";

const known = new WeakMap<WsmqClient<any>, Set<string>>();

/**
 * Makes the worker of a queue over a client.
 * @throws Error the client has one for that queue: both would take each job, which the server gives out once for the connection
 */
export function workerOf(
  client: WsmqClient<any>, queue: string, handle: JobHandler | JobHandlers<any, string>, options: WorkOptions, answers?: JobAnswers): QueueWorker {
  let queues = known.get(client);
  if (!queues) known.set(client, queues = new Set());
  if (queues.has(queue)) {
    throw new Error(`The client works on ${queue} already: pass the handlers of all types to one call of work, or use onRequest for all of them.`);
  }

  const worker = new QueueWorker(extension => client[extend](extension), queue, handle, options, answers);
  queues.add(queue);
  return worker;
}
