/** Manages work queues: the entry point `@wsmq/client/queues`. */
import type { WsmqClient } from "./client.js";
import { call } from "./extension.js";
import { HubQueues } from "./managing/hub-queues.js";
import type { Queues } from "./managing/types.js";

export type {
  CallOptions, DeadLetterFilter, JobInfo, JobOutcome, JobQuery, JobState, JobStatus, QueueAddress, QueueInfo, Queues, QueueTotals,
} from "./managing/types.js";

/**
 * Returns what inspects and changes work queues over a client, at any time. While there is no connection, also before the start, calls wait
 * for one, for at most `sendTimeout`. Those that have no further effect when they are made twice are repeated after a lost connection and a
 * temporary refusal; the others, `cancelUnique` and the first step of `purge`, `delete`, `redrive` and `removeDeadLetters`, are not.
 *
 * Calls fail with a WsmqError: `manage-not-allowed`, `unknown-queue` and other refusals of the server; `client-closed` if nothing was
 * changed, except by earlier steps of the call; `outcome-unknown` if there is no answer.
 * @param client the client
 */
export function queues(client: WsmqClient<any>): Queues {
  return new HubQueues(one => client[call](one));
}
