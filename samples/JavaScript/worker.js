// Works on the jobs of a queue over @microsoft/signalr: copy this file and wsmq.js. It runs several jobs at a time, extends their leases
// meanwhile, completes each after its handler has succeeded, and goes on over the next connection when one is lost.

import { wsmqError } from "./wsmq.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const UNKNOWN_TYPE_DELAY = 30_000;
const UNKNOWN_TYPE_TIMEOUT = 24 * 60 * 60_000;
const MOST_UNKNOWN_TYPES = 1_000;         // senders choose the names

const pauseFor = ms => new Promise(resolve => setTimeout(resolve, ms * (0.5 + Math.random() / 2)));

/**
 * @param connection the connection. Call `connected` of the result after each connect, as keepConnected in wsmq.js does.
 * @param queue the address of the queue, for example "work:thumbnails".
 * @param handle async (message, job) => …: returning completes the job, unless it has called job.retry({ delay, counts, reason }) or
 *        job.reject(reason); throwing is a failed attempt. job.signal is aborted when the lease is lost: another worker may have the job, or
 *        it was cancelled. await job.report(value) stores its progress, up to 1,024 bytes of JSON; job.progress is that of the attempt before.
 *        Or an object with such a function for each type. Jobs of other types are handed back, for a worker that knows them; after a day
 *        they become dead letters. Handlers must not block the event loop for longer than half a lease: use a worker thread.
 */
export function work(connection, queue, handle, { concurrency = 4, refused = console.error, unknownTypeDelay = UNKNOWN_TYPE_DELAY } = {}) {
  const held = new Map();                 // token -> job
  const unknown = new Map();              // type without a handler -> when it was first seen
  let generation = 0;                     // of the connection
  let stopped = false;

  // Jobs that began on an earlier connection count against the credit of this one.
  const credit = () => stopped ? 0 : concurrency - [...held.values()].filter(job => job.generation !== generation).length;

  async function ask(began = generation) {
    for (let wait = FIRST_PAUSE; began === generation; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      try {
        return await connection.invoke("Work", queue, credit());
      } catch (e) {
        const error = wsmqError(e);
        if (error?.isFinal) return refused(e);
        if (connection.state !== "Connected") return;
        await pauseFor(Math.max(wait, error?.retryAfter ?? 0));
      }
    }
  }

  connection.on("Job", async given => {
    if (given.message.source !== queue) return;
    const abort = new AbortController();
    const job = { ...given, generation, signal: abort.signal, position: given.message.position, end: ["Complete"] };
    job.lost = () => {
      job.lostAt ??= performance.now();
      abort.abort();
    };
    job.report = progress => extend(job, "ReportProgress", progress);
    job.retry = (options = null) => { job.end = ["Retry", options]; };
    job.reject = reason => { job.end = ["Reject", reason]; };
    held.set(job.token, job);
    const stopExtending = keepLease(job);
    try {
      const type = job.message.type ?? "";
      const handler = handlerOf(type);
      if (stopped) job.end = ["HandBack"];
      else if (handler) await handler(job.message, job);
      else job.end = endOfUnknown(type, job.message.sentAt);
    } catch (e) {
      console.error(e);
      job.end = ["Retry", { reason: e?.name ?? null }];
    }
    await settle(job);
    stopExtending();
    held.delete(job.token);
    if (job.generation !== generation && !stopped) ask();
  });
  connection.on("HandBackJobs", () => {});                 // every job here has begun
  connection.on("JobCancelled", (source, position, token) => { if (source === queue) held.get(token)?.lost(); });

  function handlerOf(type) {
    if (typeof handle === "function") return handle;
    return Object.hasOwn(handle, type) ? handle[type] : undefined;
  }

  // A newer worker may know the type: during a deployment both run.
  function endOfUnknown(type, sentAt) {
    if (!unknown.has(type) && unknown.size < MOST_UNKNOWN_TYPES) {
      unknown.set(type, Date.now());
      console.warn(`wsmq: jobs of ${queue} with the type '${type}' have no handler here; they are handed back`);
    }
    const since = Math.max(sentAt, unknown.get(type) ?? 0);
    return Date.now() - since < UNKNOWN_TYPE_TIMEOUT
      ? ["Retry", { delay: unknownTypeDelay, counts: false, reason: "no-handler" }]
      : ["Reject", "no-handler"];
  }

  /** Extends a lease until the returned function is called. The lease counts as lost once no extension was confirmed for its duration. */
  function keepLease(job) {
    job.timer = setTimeout(job.lost, job.lease * 0.9);     // the time that the job took to arrive is not known
    let last = performance.now();
    const extending = setInterval(() => {
      const late = performance.now() - last - job.lease / 3;
      if (late > job.lease / 3) console.warn(`wsmq: leases of ${queue} were extended ${Math.round(late)} ms late: a handler blocks the event loop`);
      last = performance.now();
      extend(job, "Extend").catch(() => {});
    }, job.lease / 3);
    return () => { clearInterval(extending); clearTimeout(job.timer); };
  }

  /** Extends a lease once, with Extend or ReportProgress. */
  async function extend(job, method, ...more) {
    const asked = performance.now();
    try {
      await connection.invoke(method, queue, job.position, job.token, ...more);
    } catch (e) {
      if (wsmqError(e)?.code === "lease-lost") job.lost();
      throw e;
    }
    clearTimeout(job.timer);
    if (held.has(job.token)) job.timer = setTimeout(job.lost, job.lease - (performance.now() - asked));
  }

  /** Ends the attempt, repeatedly until there is an answer. After an outage a lease may be current for half its time longer. */
  async function settle(job) {
    const [method, ...more] = job.end;
    const isOver = () => performance.now() - job.lostAt > job.lease / 2;
    for (let wait = FIRST_PAUSE; !isOver(); wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      try {
        return await connection.invoke(method, queue, job.position, job.token, ...more);
      } catch (e) {
        const error = wsmqError(e);
        if (error?.isFinal || error?.code === "store-corrupt") return error.code === "lease-lost" ? undefined : console.error(e);
        await pauseFor(Math.max(wait, error?.retryAfter ?? 0));
      }
    }
  }

  return {
    /** Asks for jobs on the connection that has begun. */
    connected() {
      generation++;
      return ask();
    },
    /** Accepts no more jobs, and waits for those that have begun; stop the connection after it. */
    async stop() {
      stopped = true;
      if (connection.state === "Connected") await ask();
      while (held.size > 0) await new Promise(resolve => setTimeout(resolve, 20));
    },
  };
}
