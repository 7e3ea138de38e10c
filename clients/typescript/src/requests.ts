/** Makes requests that wait for a reply, and answers them: the entry point `@wsmq/client/requests`. */
import type { TypeOf, WsmqClient } from "./client.js";
import { extend, type Extended } from "./extension.js";
import type { Address } from "./messages.js";
import { answerOf, FAILED } from "./requesting/answer.js";
import { Requester } from "./requesting/requester.js";
import { Responder } from "./requesting/responder.js";
import type { IncomingRequest, Reply, RequestHandler, RequestOptions, RespondOptions } from "./requesting/types.js";
import { QueueWorker } from "./working/worker.js";

export { RequestRefusal } from "./requesting/refusal.js";
export type { IncomingRequest, Reply, RequestHandler, RequestOptions, RespondOptions } from "./requesting/types.js";

const HEADER = "wsmq-request";

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
   *         there was no connection in time; `outcome-unknown`: the connection was lost; or what a send is refused with
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
   * @throws Error the type has a handler there already
   */
  onRequest<Type extends TypeOf<Messages>>(type: Type, handler: RequestHandler<Messages[Type]>, options?: RespondOptions): void;
}

/**
 * Returns what makes and answers requests over a client; call it before the client starts or sends.
 * @param client the client
 */
export function requests<Messages extends object>(client: WsmqClient<Messages>): Requests<Messages> {
  let extended: Extended;
  const queues = new Map<string, { handlers: Map<string, RequestHandler<any>>; options: { concurrency?: number } }>();
  const [requester, responder] = [new Requester(() => extended), new Responder(() => extended)];
  extended = client[extend]({
    register: session => responder.register(session),
    attach: session => {
      requester.attach(session);
      responder.attach(session);
    },
    detach: () => {
      requester.detach();
      responder.detach();
    },
    leave: () => Promise.all([requester.leave(), responder.leave()]),
    stop: () => responder.stop(),
  });
  const work = (queue: string, type: string, handler: RequestHandler<any>, concurrency: number | undefined) => {
    let known = queues.get(queue);
    if (!known) {
      queues.set(queue, known = { handlers: new Map(), options: {} });
      const { handlers, options } = known;
      new QueueWorker(extension => client[extend](extension), queue, {}, options, {
        handlerOf: type => handlers.get(type),
        answer: async (handle, message, signal) => {
          const { source, position, ...rest } = message;
          const id = (rest as { headers?: Record<string, string> }).headers?.[HEADER];
          let failure: { error: unknown } | undefined;
          const request = { ...rest, id: id ?? position, to: source } as unknown as IncomingRequest;
          const answer = await answerOf(handle, request, signal, extended.settings, error => { failure = { error }; });
          if (failure && answer.code === FAILED) throw failure.error;
          if (failure) extended.events.error(failure.error);
          if (id === undefined) {
            // Nobody has requested the job: one that was refused must not be lost, and nobody misses a reply that cannot be sent.
            if (answer.reply || failure) return ["Complete"];
            return signal.aborted ? ["HandBack"] : ["Reject", answer.code!];
          }

          return answer.reply ? ["CompleteWith", id, answer.reply] : ["RefuseJob", id, answer.code!, answer.text ?? null];
        },
      });
    }

    if (known.handlers.has(type)) throw new Error(`Requests of the type '${type}' already have a handler there.`);
    known.handlers.set(type, handler);
    if (concurrency !== undefined) known.options.concurrency = concurrency;
  };
  return {
    request: (to, type, body, options = {}) => requester.request(to, type, body, options) as Promise<Reply<any>>,
    onRequest: (type, handler, { at, concurrency } = {}) => {
      if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
        throw new RangeError(`concurrency is ${concurrency}: a whole number above 0`);
      }

      if (at?.startsWith("work:")) work(at, type, handler, concurrency);
      else responder.add(at ?? null, type, handler, concurrency);
    },
  };
}
