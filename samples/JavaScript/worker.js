// Works on the jobs of a queue over @microsoft/signalr: copy this file and wsmq.js. It runs several jobs at a time, extends their leases
// meanwhile, completes each after its handler has succeeded, and goes on over the next connection when one is lost.

import { wsmqError } from "./wsmq.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

const pauseFor = ms => new Promise(resolve => setTimeout(resolve, ms * (0.5 + Math.random() / 2)));

/**
 * @param connection the connection. Call `connected` of the result after each connect, as keepConnected in wsmq.js does.
 * @param queue the address of the queue, for example "work:thumbnails".
 * @param handle async (message, job) => …: returning completes the job, unless it has called job.retry({ delay, counts, reason }) or
 *        job.reject(reason); throwing is a failed attempt. job.signal is aborted when the lease is lost: another worker may have the job.
 */
export function work(connection, queue, handle, { concurrency = 4, refused = console.error } = {}) {
  const held = new Map();                 // token -> job
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
    job.retry = (options = null) => { job.end = ["Retry", options]; };
    job.reject = reason => { job.end = ["Reject", reason]; };
    held.set(job.token, job);
    const stopExtending = keepLease(job, () => {
      job.lostAt ??= performance.now();
      abort.abort();
    });
    try {
      if (stopped) job.end = ["HandBack"];
      else await handle(job.message, job);
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

  /** Extends a lease until the returned function is called. The lease counts as lost once no extension was confirmed for its duration. */
  function keepLease(job, lost) {
    let timer = setTimeout(lost, job.lease * 0.9);         // the time that the job took to arrive is not known
    const extending = setInterval(async () => {
      const asked = performance.now();
      try {
        await connection.invoke("Extend", queue, job.position, job.token);
        clearTimeout(timer);
        if (held.has(job.token)) timer = setTimeout(lost, job.lease - (performance.now() - asked));
      } catch (e) {
        if (wsmqError(e)?.code === "lease-lost") lost();
      }
    }, job.lease / 3);
    return () => { clearInterval(extending); clearTimeout(timer); };
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
