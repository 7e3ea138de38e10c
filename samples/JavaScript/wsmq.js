// What a page needs besides @microsoft/signalr to lose nothing: copy this file. It handles the deliveries of each source one after
// another, acknowledges each when its handler has succeeded, finds what it has missed, and connects again for ever.

const SEND_WINDOW = 90_000;               // the server forgets an id two minutes after it stored the message
const SLOWEST_MESSAGE = 90_000;           // @microsoft/signalr sees a message only when all of it is there
const STEADY = 10_000;                    // a connection that lasted this long was a good one
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

const pauseFor = ms => new Promise(resolve => setTimeout(resolve, ms * (0.5 + Math.random() / 2)));

/** The error of wsmq in a text of SignalR's; null where there is none. */
export function wsmqError(error) {
  const found = /\[wsmq (\d+) (\S+) (retry|final)\](?: \[retry-after (\d+)\])?/.exec(error?.message ?? "");
  return found && { number: Number(found[1]), code: found[2], isFinal: found[3] === "final", retryAfter: Number(found[4] ?? 0) };
}

/**
 * Keeps a connection that was built and not started.
 * @param handle async (message) => …: throws, and the message is tried again; nothing after it in its source is handled before.
 *        Sources do not wait for each other.
 * @param missing async (source, after, before, reason) => …: the messages between two positions will not come; load the state anew.
 * @param ended (error) => …: the server will not have this user or token any more; let the user sign in.
 */
export function keepConnected(connection, { handle, missing, ended = console.error }) {
  const last = new Map();                 // source -> the highest position that was handled
  const skipped = new Map();              // source -> the highest position that the server stopped waiting for
  const resumed = new Map();              // source -> the generation in which it was resumed and nothing has fitted yet
  const chains = new Map();               // source -> the last of its steps
  const pauses = new Map();               // source, or "sends" -> ends its pause
  let sends = Promise.resolve();
  let generation = 0;                     // what an older connection brought comes again: it is not handled now
  let pause = FIRST_PAUSE;
  let stopped = false;
  let final = null;                       // the error that ended it
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
    const known = last.get(source);
    if (known !== undefined && previous > known) return resume(source, known);
    resumed.delete(source);
    if (known === undefined || position > known) {
      if (!await untilHandled(message, isCurrent)) return;
      last.set(source, position);
    }
    await connection.send("Ack", source, position).catch(() => {});     // lost: the message comes again, and is only acknowledged
  }));

  connection.on("Gap", (source, after, before, reason) => enqueue(source, async isCurrent => {
    const end = String(BigInt(before) - 1n).padStart(16, "0");
    for (let wait = FIRST_PAUSE; isCurrent(); wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      try {
        await missing(source, after, before, reason);
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
    console.error(`wsmq: a message of ${source} was given up after ${attempts} attempts`);
    if (position > (skipped.get(source) ?? "")) skipped.set(source, position);
    pauses.get(source)?.();
  });
  connection.on("Stalled", source => console.warn(`wsmq: ${source} waits for an acknowledgement`));
  connection.on("Reconnect", after => setTimeout(() => connection.stop(), after));
  connection.on("StoreState", available => console.warn(`wsmq: the server's store is ${available ? "back" : "away"}`));
  connection.on("Live", () => {});

  /** True where the message is done with; false where it comes again on another connection. */
  async function untilHandled(message, isCurrent) {
    const { source, position } = message;
    for (let wait = FIRST_PAUSE; isCurrent(); wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      if (position <= (skipped.get(source) ?? "")) return true;
      try {
        await handle(message);
        return true;
      } catch (e) {
        console.error(e);
        await connection.invoke("Nack", source, position, e?.name ?? null).catch(() => {});
        if (isCurrent() && position > (skipped.get(source) ?? "")) await pauseOf(source, wait);
      }
    }
    return false;
  }

  // Another tab of the same device may have acknowledged further than this one has come. Until what was missed comes, what does
  // not follow it is dropped: it comes again in its place.
  async function resume(source, after) {
    if (resumed.get(source) === generation) return;
    resumed.set(source, generation);
    try {
      await connection.invoke("Resume", source, after);
    } catch (e) {
      const error = wsmqError(e);
      if (error?.isFinal) return [last, resumed].forEach(map => map.delete(source));   // the store went back, or the user left the group
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

  /** Sends a message, again with the same id until there is a receipt; one after another, so that their order is kept. */
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
