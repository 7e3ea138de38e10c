// What a page needs in addition to @microsoft/signalr to lose no message: copy this file. It handles the deliveries of each source
// one after another, acknowledges each after its handler has succeeded, detects missed deliveries, and reconnects indefinitely.

const SEND_WINDOW = 90_000;               // the server forgets an id two minutes after it stored the message
const SLOWEST_MESSAGE = 90_000;           // @microsoft/signalr sees a message only once it is complete
const STEADY = 10_000;                    // a connection that lasts this long resets the pause
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const MOST_OLDER = 3;
const NOTHING_LOST = ["retention", "consumed", "not-a-member"];

const pauseFor = ms => new Promise(resolve => setTimeout(resolve, ms * (0.5 + Math.random() / 2)));

/** Returns the wsmq error in the text of a SignalR error, or null if there is none. */
export function wsmqError(error) {
  const found = /\[wsmq (\d+) (\S+) (retry|final)\](?: \[retry-after (\d+)\])?/.exec(error?.message ?? "");
  return found && { number: Number(found[1]), code: found[2], isFinal: found[3] === "final", retryAfter: Number(found[4] ?? 0) };
}

/**
 * Starts a connection that was built but not started, and keeps it connected.
 * @param handle async (message) => …: when it throws, the message is retried before later messages of its source are handled.
 *        Sources do not wait for each other.
 * @param missing async (source, after, before, reason) => …: messages between the two positions will not arrive; reload the state.
 * @param snapshots { [source]: async () => position }: data of the app that the messages of a source change. Each function loads the data,
 *        replaces the page's copy and returns the position of the data. It is called at the start and whenever messages are missing, instead
 *        of missing; then the messages after the position are handled.
 * @param connected () => …: called after each connect.
 * @param ended (error) => …: the server refuses this user or token for good; let the user sign in.
 */
export function keepConnected(connection, { handle, missing, snapshots = {}, ended = console.error, connected = () => {} }) {
  const last = new Map();                 // source -> the highest handled position
  const deadLettered = new Map();         // source -> the highest dead-lettered position
  const resumed = new Map();              // source -> the generation of a Resume after which no expected delivery has arrived yet
  const chains = new Map();               // source -> its last queued step
  const pauses = new Map();               // source, or "sends" -> function that ends its pause
  let sends = Promise.resolve();
  let generation = 0;                     // steps of an older connection are dropped: their deliveries arrive again
  let pause = FIRST_PAUSE;
  let stopped = false;
  let final = null;                       // the final error that ended the connection
  connection.serverTimeoutInMilliseconds = SLOWEST_MESSAGE;

  function enqueue(source, step) {
    const mine = generation;
    const isCurrent = () => mine === generation && !stopped;
    const before = chains.get(source) ?? Promise.resolve();
    chains.set(source, before.then(() => isCurrent() ? step(isCurrent) : undefined).catch(console.error));
  }

  const pauseOf = (key, ms) => new Promise(resolve => {
    pauses.set(key, resolve);
    pauseFor(ms).then(resolve);
  });
  const endPauses = () => pauses.forEach(end => end());

  connection.on("Receive", message => enqueue(message.source, async isCurrent => {
    const { source, position, previous } = message;
    if (needsLoad(source)) return load(source, isCurrent);              // dropped: it arrives again if it is after the data
    const known = last.get(source);
    if (known !== undefined && previous > known) return resume(source, known);
    resumed.delete(source);
    if (known === undefined || position > known) {
      if (!await untilHandled(message, isCurrent)) return;
      last.set(source, position);
    }
    await connection.send("Ack", source, position).catch(() => {});     // ack lost: the message arrives again, and is only acknowledged
  }));

  connection.on("Gap", (source, after, before, reason) => enqueue(source, async isCurrent => {
    const end = String(BigInt(before) - 1n).padStart(16, "0");
    const isKept = source in snapshots;
    if (isKept && end <= (last.get(source) ?? "")) return;              // in the data already
    if (isKept && reason !== "expired") return load(source, isCurrent, end, !NOTHING_LOST.includes(reason));
    for (let wait = FIRST_PAUSE; isCurrent(); wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      try {
        if (!isKept) await missing(source, after, before, reason);
        last.set(source, end);
        resumed.delete(source);
        return await connection.send("Ack", source, end).catch(() => {});
      } catch (e) {
        console.error(e);
        if (isCurrent()) await pauseOf(source, wait);
      }
    }
  }));

  connection.on("DeadLettered", (source, position, attempts) => {
    console.error(`wsmq: a message of ${source} was dead-lettered after ${attempts} attempts`);
    if (position > (deadLettered.get(source) ?? "")) deadLettered.set(source, position);
    pauses.get(source)?.();
    if (source in snapshots) enqueue(source, isCurrent => load(source, isCurrent));     // the copy lacks what the message says
  });
  connection.on("Stalled", source => console.warn(`wsmq: ${source} waits for an acknowledgement`));
  connection.on("Reconnect", after => setTimeout(() => connection.stop(), after));
  connection.on("StoreState", available => console.warn(`wsmq: the server's store is ${available ? "available again" : "unavailable"}`));
  connection.on("Live", () => {});

  /** True: the message was handled or dead-lettered. False: it arrives again on another connection. */
  async function untilHandled(message, isCurrent) {
    const { source, position } = message;
    for (let wait = FIRST_PAUSE; isCurrent(); wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      if (position <= (deadLettered.get(source) ?? "")) return true;
      try {
        await handle(message);
        return true;
      } catch (e) {
        console.error(e);
        await connection.invoke("Nack", source, position, e?.name ?? null).catch(() => {});
        if (isCurrent() && position > (deadLettered.get(source) ?? "")) await pauseOf(source, wait);
      }
    }
    return false;
  }

  const needsLoad = source => source in snapshots && !last.has(source);
  const loadIfNeeded = source => enqueue(source, isCurrent => needsLoad(source) ? load(source, isCurrent) : undefined);

  // Until the server has answered Resume, deliveries that do not follow the position are dropped, as below. Data that is older than what is
  // missing comes from a replica, or else the store has lost messages: then the page goes on after the gap, after some attempts.
  async function load(source, isCurrent, end = "", isLost = false) {
    for (let wait = FIRST_PAUSE, older = 0; isCurrent(); wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      try {
        const position = await snapshots[source]();
        if (!isCurrent()) return;
        const isOlder = position < end;
        if (!isOlder || (isLost && ++older === MOST_OLDER)) {
          last.set(source, isOlder ? end : position);
          resumed.delete(source);
          await resume(source, last.get(source));
          if (isCurrent() && last.has(source)) return await connection.send("Ack", source, last.get(source)).catch(() => {});
        } else {
          console.warn(`wsmq: the data of ${source} is older than what is missing`);
        }
      } catch (e) {
        console.error(e);
      }
      if (isCurrent()) await pauseOf(source, wait);
    }
  }

  // Another tab of the same device may have acknowledged messages that this one has not received. Until these arrive, deliveries
  // that do not follow the last handled position are dropped: they arrive again in order.
  async function resume(source, after) {
    if (resumed.get(source) === generation) return;
    resumed.set(source, generation);
    try {
      await connection.invoke("Resume", source, after);
    } catch (e) {
      const error = wsmqError(e);
      if (error?.isFinal) {                                             // the store lost entries, or the user left the group
        [last, resumed].forEach(map => map.delete(source));
        return loadIfNeeded(source);
      }
      await pauseOf(source, error?.retryAfter || FIRST_PAUSE);
      if (resumed.get(source) === generation) await connection.stop();
    }
  }

  async function connect() {
    while (!stopped) {
      try {
        generation++;
        await connection.start();
        const began = generation;
        setTimeout(() => { if (began === generation) pause = FIRST_PAUSE; }, STEADY);
        for (const [source, position] of last) enqueue(source, () => resume(source, position));
        Object.keys(snapshots).forEach(loadIfNeeded);
        connected();
        return;
      } catch (e) {
        if (wsmqError(e)?.isFinal) return end(e);
        console.warn(`wsmq: not connected: ${e.message}`);
        await pauseFor(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  connection.onclose(async e => {
    generation++;
    endPauses();
    const error = wsmqError(e);
    if (stopped) return;
    if (error?.isFinal) return end(e);
    await pauseFor(Math.max(pause, error?.retryAfter ?? 0));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    await connect();
  });

  function end(e) {
    final = e;
    endPauses();
    ended(e);
  }

  /** Sends a message and retries it with the same id until there is a receipt; one at a time, so that the order is kept. */
  function send(to, type, body) {
    const message = { to, type, body, id: crypto.randomUUID() };
    const sent = sends.then(() => untilStored(message));
    sends = sent.catch(() => {});
    return sent;
  }

  async function untilStored(message) {
    for (let wait = FIRST_PAUSE, began = Date.now(); ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      try {
        return await connection.invoke("Send", message);
      } catch (e) {
        const error = wsmqError(e);
        if (error?.isFinal || final || stopped) throw final ?? e;
        const next = Math.max(wait, error?.retryAfter ?? 0);
        if (Date.now() - began + next > SEND_WINDOW) throw new Error(`The message may or may not be stored: ${e.message}`);
        await pauseOf("sends", next);
      }
    }
  }

  async function stop() {
    stopped = true;
    endPauses();
    await connection.stop();
    await Promise.all(chains.values());
  }

  return { started: connect(), send, stop };
}
