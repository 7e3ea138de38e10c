import type { Extended } from "../extension.js";
import type { WorkOptions } from "../working/types.js";
import type { JobAnswers } from "../working/worker.js";
import { answerOf, FAILED } from "./answer.js";
import type { IncomingRequest, RequestHandler } from "./types.js";

const HEADER = "wsmq-request";

interface Offer {
  handlers: Map<string, RequestHandler<any>>;
  options: { concurrency?: number };
}

/** Answers requests to work queues, which are jobs: one worker for each queue. */
export class QueueResponder {
  #offers = new Map<string, Offer>();

  constructor(readonly client: Extended, readonly work: (queue: string, options: WorkOptions, answers: JobAnswers) => unknown) {}

  add(queue: string, type: string, handler: RequestHandler<any>, concurrency: number | undefined): void {
    let offer = this.#offers.get(queue);
    if (!offer) {
      const { handlers, options } = offer = { handlers: new Map<string, RequestHandler<any>>(), options: {} } as Offer;
      this.work(queue, options, this.#answersOf(handlers));
      this.#offers.set(queue, offer);
    }

    if (offer.handlers.has(type)) throw new Error(`Requests of the type '${type}' already have a handler there.`);
    offer.handlers.set(type, handler);
    if (concurrency !== undefined) offer.options.concurrency = concurrency;
  }

  #answersOf(handlers: Map<string, RequestHandler<any>>): JobAnswers {
    const { settings, events } = this.client;
    return {
      handlerOf: type => handlers.get(type),
      answer: async (handle, message, signal) => {
        const { source, position, ...rest } = message;
        const id = (rest as { headers?: Record<string, string> }).headers?.[HEADER];
        let failure: { error: unknown } | undefined;
        const request = { ...rest, id: id ?? position, to: source } as unknown as IncomingRequest;
        const answer = await answerOf(handle, request, signal, settings, error => { failure = { error }; });
        if (failure && answer.code === FAILED) throw failure.error;
        if (failure) events.error(failure.error);
        if (id === undefined) {
          // Nobody has requested the job: one that was refused must not be lost, and nobody misses a reply that cannot be sent.
          if (answer.reply || failure) return ["Complete"];
          return signal.aborted ? ["HandBack"] : ["Reject", answer.code!];
        }

        return answer.reply ? ["CompleteWith", id, answer.reply] : ["RefuseJob", id, answer.code!, answer.text ?? null];
      },
    };
  }
}
