import { Pause, settles, waitOf } from "../backoff.js";
import { Link } from "../connection/link.js";
import { Lost, type Session } from "../connection/session.js";
import { NoHandler, WsmqError } from "../errors.js";
import { isFinal } from "../events.js";
import type { Extended, Extension } from "../extension.js";
import { fromWire } from "../messages.js";
import { HeldJob, type End, type GivenJob } from "./held-job.js";
import type { JobHandler, JobHandlers, Worker, WorkOptions } from "./types.js";

const UNKNOWN_TYPE_TIMEOUT = 24 * 60 * 60_000;

// With these the server refuses a reply for what is in it.
const UNSENDABLE = new Set<string | undefined>(["invalid-body", "message-too-large", "invalid-message"]);

// Senders choose the names.
const MOST_UNKNOWN_TYPES = 1_000;

/** What answers the requests among the jobs of a queue. */
export interface JobAnswers {
  handlerOf(type: string): any;
  answer(handler: any, message: GivenJob["message"], signal: AbortSignal): Promise<End>;
}

/** A worker of one queue over the connections of a client. */
export class QueueWorker implements Extension, Worker {
  #held = new Map<string, { job: HeldJob; session: Session }>();
  #unknown = new Map<string, number>();
  #link: Link | undefined;
  #client: Extended;
  #isStopped = false;
  #isStopping = false;
  #ended: (() => void)[] = [];

  constructor(
    extended: (extension: Extension) => Extended, readonly queue: string, readonly handle: JobHandler | JobHandlers<any, string>,
    readonly options: WorkOptions, readonly answers?: JobAnswers) {
    const { concurrency = 4 } = options;
    if (!(Number.isInteger(concurrency) && concurrency > 0)) throw new RangeError(`concurrency is ${concurrency}: a whole number above 0`);
    this.#client = extended({
      register: session => this.#register(session),
      attach: session => this.attach(session),
      detach: () => this.detach(),
      stop: () => this.#end(),
    });
  }

  attach(session: Session): void {
    this.#link = new Link(session);
    this.#isStopping = false;
    if (!this.#isStopped) void this.#ask();
  }

  detach(): void {
    this.#link?.end();
    this.#link = undefined;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#end();
  }

  #register(session: Session): void {
    const take = (given: GivenJob) => void (given.message.source === this.queue && this.#work(session, given));
    session.on("Job", take);
    session.on("JobMany", (jobs: GivenJob[]) => jobs.forEach(take));

    // Every job here has begun.
    session.on("HandBackJobs", () => {});
    session.on("JobCancelled", (queue: string, _position: string, token: string) => {
      if (queue === this.queue) this.#held.get(token)?.job.lost();
    });
  }

  async #end(): Promise<void> {
    this.#isStopping = true;
    await settles(this.#idle(), this.options.stopTimeout ?? 30_000);
  }

  async #idle(): Promise<void> {
    await this.#ask();
    if (this.#held.size > 0) await new Promise<void>(resolve => this.#ended.push(resolve));
  }

  // Jobs that began on an earlier connection count against the credit of this one.
  #credit(session: Session): number {
    if (this.#isStopped || this.#isStopping) return 0;
    return Math.max(0, (this.options.concurrency ?? 4) - [...this.#held.values()].filter(held => held.session !== session).length);
  }

  async #ask(): Promise<void> {
    const link = this.#link;
    for (let attempt = 0; link && !link.isOver; attempt++) {
      try {
        await link.call("Work", this.queue, this.#credit(link.session));
        return;
      } catch (e) {
        if (e instanceof Lost) return;
        if (isFinal(e)) return this.#refused(e);
        await link.pause(Math.max(waitOf(this.#client.settings.sendBackoff, attempt), (e as WsmqError).retryAfter));
      }
    }
  }

  #refused(error: WsmqError): void {
    if (this.options.refused) this.options.refused(error);
    else this.#client.events.error(error);
  }

  async #work(session: Session, given: GivenJob): Promise<void> {
    const { position, type = "", sentAt } = given.message;
    const job = new HeldJob(given, (method, ...more) => this.#call(method, position, given.token, ...more));
    this.#held.set(given.token, { job, session });
    try {
      const handler = this.#handlerOf(type);
      if (this.#isStopped || this.#isStopping) job.end = ["HandBack"];
      else if (handler && this.answers) job.end = await this.answers.answer(handler, fromWire(given.message), job.signal);
      else if (handler) await handler(fromWire(given.message), job);
      else job.end = this.#endOfUnknown(type, sentAt);
    } catch (e) {
      this.#client.events.error(e, given.message);
      job.end = ["Retry", { reason: this.#client.settings.nackReason(e) }];
    }

    await this.#settle(job);
    job.over();
    this.#held.delete(given.token);
    if (this.#held.size === 0) this.#ended.splice(0).forEach(ended => ended());
    if (session !== this.#link?.session && !this.#isStopping) void this.#ask();
  }

  #handlerOf(type: string): JobHandler<any, any> | undefined {
    const { handle } = this;
    if (this.answers) return this.answers.handlerOf(type);
    if (typeof handle === "function") return handle;
    return Object.hasOwn(handle, type) ? handle[type] : undefined;
  }

  // A newer worker may know the type: during a deployment both run.
  #endOfUnknown(type: string, sentAt: number): End {
    if (!this.#unknown.has(type) && this.#unknown.size < MOST_UNKNOWN_TYPES) {
      this.#unknown.set(type, Date.now());
      this.#client.events.error(new NoHandler(`Jobs of ${this.queue} with the type '${type}' have no handler here; they are handed back.`));
    }

    const since = Math.max(sentAt, this.#unknown.get(type) ?? 0);
    return Date.now() - since < UNKNOWN_TYPE_TIMEOUT
      ? ["Retry", { delay: this.options.unknownTypeDelay ?? 30_000, counts: false, reason: "no-handler" }]
      : ["Reject", "no-handler"];
  }

  /** Ends the attempt, repeatedly until there is an answer. After an outage a lease may be current for half its time longer. */
  async #settle(job: HeldJob): Promise<void> {
    for (let attempt = 0; job.lostAt === undefined || performance.now() - job.lostAt < job.given.lease / 2; attempt++) {
      const [method, ...more] = job.end;
      try {
        await job.call(method, ...more);
        return;
      } catch (e) {
        const error = e instanceof WsmqError ? e : undefined;
        if (error?.code === "lease-lost") return;
        if (error && (!error.canRetry || error.code === "store-corrupt")) {
          this.#client.events.error(error, job.given.message);
          if (job.end[0] !== "CompleteWith" || !UNSENDABLE.has(error.code)) return;

          // The requester is told, and the job is not left to run out.
          job.end = ["RefuseJob", job.end[1], "invalid-reply", null];
          continue;
        }

        await new Pause().for(Math.max(waitOf(this.#client.settings.sendBackoff, attempt), error?.retryAfter ?? 0));
      }
    }
  }

  async #call(method: string, ...args: unknown[]): Promise<unknown> {
    if (!this.#link) throw new Lost();
    return this.#link.call(method, this.queue, ...args);
  }
}
