// The same device with @microsoft/signalr alone: node thermostat.js ID [URL of the server]
import { setTimeout as wait } from "node:timers/promises";
import * as signalR from "@microsoft/signalr";
import { keepConnected } from "../JavaScript/wsmq.js";

const [id, server = "http://localhost:5091"] = process.argv.slice(2);
let target = 20;
let reportEvery = 5_000;
const measure = () => ({ celsius: target - 0.5 });

/** Code and text reach whoever asked. Of any other error only that there was one. */
class Refusal extends Error {
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

const commands = {
  measure,
  "set-target": ({ celsius }) => {
    if (celsius < 5 || celsius > 30) throw new Refusal("out-of-range", "5 to 30 degrees");
    target = celsius;
    return { celsius };
  },
  calibrate: async ({ seconds }, signal) => {
    console.log("calibrating");
    await wait(seconds * 1000, undefined, { signal });
    return measure();
  },
};

const messages = {
  configuration: ({ body, stateKey }, isState) => {
    target = body.celsius;
    reportEvery = body.reportEverySeconds * 1000;
    console.log(`configuration: ${target} degrees${isState ? `, the newest ${stateKey} of those that were missed` : ""}`);
  },
  notice: ({ body }) => console.log(`notice: ${body.text}`),
};

async function getToken() {
  const answer = await fetch(`${server}/tokens/devices/${encodeURIComponent(id)}`, { method: "POST" });
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  return answer.text();
}

const connection = new signalR.HubConnectionBuilder()
  .withUrl(`${server}/wsmq?device=thermostat&state=true`, {             // state=true: what the log has no more of, but must be known
    transport: signalR.HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: getToken,
  })
  .configureLogging("none")
  .build();

// Requests: each is answered once, with Reply or RefuseRequest, also one that was cancelled.
const running = new Map();
connection.on("RequestCancelled", id => running.get(id)?.abort());
connection.on("Request", async ({ id, type, body }) => {
  const cancelled = new AbortController();
  running.set(id, cancelled);
  try {
    const answer = await commands[type](body, cancelled.signal);
    await connection.invoke("Reply", id, { body: answer });
  } catch (e) {
    if (cancelled.signal.aborted) console.log(`${type} stopped: nobody waits`);
    const [code, text] = e instanceof Refusal ? [e.code, e.message] : [cancelled.signal.aborted ? "cancelled" : "handler-failed", null];
    await connection.invoke("RefuseRequest", id, code, text).catch(() => {});
  } finally {
    running.delete(id);
  }
});

// State comes before what follows in the log, and is acknowledged as a whole.
connection.on("State", (source, deliveries, through) => {
  for (const message of deliveries) messages[message.type]?.(message, true);
  if (through !== null) connection.send("Ack", source, through).catch(() => {});
});

const wsmq = keepConnected(connection, {
  handle: message => messages[message.type]?.(message, false),
  missing: (source, after, before, reason) => console.log(`missed: ${reason}`),
  connected: async () => {
    await connection.invoke("Respond", null, Object.keys(commands), 4);    // offers end with the connection
    console.log(`${id}: Connected`);
  },
  ended: e => {
    console.error(e.message);
    process.exitCode = 1;
  },
});

await wsmq.started;
for (;;) {
  await wsmq.send("work:telemetry", "reading", measure()).catch(e => console.warn(`not reported: ${e.message}`));
  await wait(reportEvery);
}
