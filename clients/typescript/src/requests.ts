/** Makes requests that wait for a reply, and answers them: the entry point `@wsmq/client/requests`. */
import type { TypeOf, WsmqClient } from "./client.js";
import { call, extend } from "./extension.js";
import type { Address } from "./messages.js";
import { QueueResponder } from "./requesting/queue-responder.js";
import { Requester } from "./requesting/requester.js";
import { Responder } from "./requesting/responder.js";
import type { Reply, RequestHandler, RequestOptions, RespondOptions } from "./requesting/types.js";
import { workerOf } from "./working/known.js";

export { RequestRefusal } from "./requesting/refusal.js";
export type { IncomingRequest, Reply, RequestHandler, RequestOptions, RespondOptions } from "./requesting/types.js";

const known = new WeakMap<WsmqClient<any>, Requests<any>>();

/** Requests over a client. */
export interface Requests<Messages extends object> {
  /**
   * Makes a request, and returns its reply. One to a user or a group is given to one connection that answers such requests, is not stored, and is
   * handled at most once. One to a work queue is a job for as long as the request waits.
   * @param to the address
   * @param type the name of the type of the request, by which responders select a handler
   * @param body the body: a JSON value, or a `Uint8Array` for bytes
   * @param options how long to wait, a signal that cancels the request, and more
   * @throws WsmqError `no-responder`: nobody answers such requests there, and nothing was handled; `responder-busy`; `request-timeout`: the request
   *         may have been handled; `request-failed`: the responder has refused it or failed, and `cause` is a RequestRefusal; `client-closed`:
   *         stopped, or no connection in time; `outcome-unknown`: the connection was lost, or the client stopped without waiting longer for the
   *         reply; or what a send is refused with
   */
  request<Type extends TypeOf<Messages>, ReplyBody = unknown>(
    to: Address, type: Type, body: Messages[Type], options?: RequestOptions): Promise<Reply<ReplyBody>>;

  /**
   * Answers requests of a type; call it before the client starts. Of all connections that answer them, one gets each request. A handler that throws
   * a RequestRefusal refuses the request; any other error reaches the requester as `handler-failed`, and of a job of a work queue it ends the
   * attempt, which the queue repeats while the request waits.
   * @param type the name of the type of requests
   * @param handler the handler
   * @param options where, and how many at a time
   * @throws Error the type has a handler there already, or `work` was called for the queue
   */
  onRequest<Type extends TypeOf<Messages>>(type: Type, handler: RequestHandler<Messages[Type]>, options?: RespondOptions): void;
}

/**
 * Returns what makes and answers requests over a client; call it the first time before the client starts or sends.
 * @param client the client
 * @throws Error the client was started, and this is the first call
 */
export function requests<Messages extends object>(client: WsmqClient<Messages>): Requests<Messages> {
  let of = known.get(client);
  if (!of) known.set(client, of = requestsOf(client));
  return of;
}

function requestsOf(client: WsmqClient<any>): Requests<any> {
  const responder = new Responder(extension => client[extend](extension));
  const requester = new Requester(responder.client.settings, one => client[call](one));
  const queues = new QueueResponder(responder.client, (queue, options, answers) => workerOf(client, queue, {}, options, answers));
  return {
    request: (to, type, body, options = {}) => requester.request(to, type, body, options) as Promise<Reply<any>>,
    onRequest: (type, handler: RequestHandler<any>, { at, concurrency } = {}) => {
      if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
        throw new RangeError(`concurrency is ${concurrency}: a whole number above 0`);
      }

      if (at?.startsWith("work:")) queues.add(at, type, handler, concurrency);
      else responder.add(at ?? null, type, handler, concurrency);
    },
  };
}
