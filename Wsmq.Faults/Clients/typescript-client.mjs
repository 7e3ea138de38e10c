// A device of the fault campaign that uses @wsmq/client, driven by TypeScriptClient over lines of JSON: what happens goes to standard
// output in the form of the history, commands come from standard input. It ends with its input.
import { createInterface } from 'node:readline';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const dist = name => import(pathToFileURL(path.join(process.argv[2], name)));
const [{ WsmqClient }, { extend }, { outbox }] = [await dist('index.js'), await dist('extension.js'), await dist('outbox.js')];

const write = happened => process.stdout.write(`${JSON.stringify(happened)}\n`);
const handling = new Map();
let deliveries = 0;
let client;

// What a browser tells a page whose network is back: the client then drops a connection that does not answer. Here it is told so regularly,
// because runs are shorter than the 90 seconds after which a silent connection counts as lost.
const page = { window: new EventTarget(), document: Object.assign(new EventTarget(), { visibilityState: 'visible' }) };

function create({ url, device, connectTimeout, outboxOf }) {
  client = new WsmqClient({
    url, device, page, connectTimeout, reconnectBackoff: { min: 100, max: 1_000 }, handlerBackoff: { min: 100, max: 1_000 },
    ...(outboxOf && { outbox: outbox({ user: outboxOf }) }),
  });
  client.onAny(handle);
  client.onAnyLive(push => write({ e: 'pushed', id: push.body }));
  client.listen('gap', ({ source, after, before, reason }) => write({ e: 'gap', a: source, after, before, why: reason }));
  client.listen('stalled', ({ source, position }) => write({ e: 'stalled', a: source, p: position }));
  client.listen('deadLettered', ({ source, position }) => write({ e: 'dead-lettered', a: source, p: position }));
  client.listen('storeState', available => write({ e: 'store', why: available ? 'back' : 'away' }));
  client.listen('state', ({ state, previous }) => {
    if (state !== previous) write({ e: 'state', why: state[0].toUpperCase() + state.slice(1) });
  });
  client.listen('error', ({ error }) => process.stderr.write(`${error?.stack ?? error}\n`));
  client[extend]({ register: watchRepeats, attach() {}, detach() {} });
  setInterval(() => page.window.dispatchEvent(new Event('online')), connectTimeout).unref();
  client.start().catch(e => process.stderr.write(`${e.stack}\n`));
}

/** The other side handles the message, and says whether that succeeded. */
function handle({ source, id, correlationId, position, previous, isState, stateKey }) {
  if (isState) {
    write({ e: 'state-seen', a: source, id: correlationId ?? id, p: position, state: stateKey });
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    handling.set(++deliveries, { resolve, reject });
    write({ e: 'deliver', n: deliveries, a: source, id: correlationId ?? id, p: position, prev: previous });
  });
}

// The client repeats sends after a temporary refusal, the documented exception to the order of a sender, and tells nobody.
function watchRepeats(session) {
  const call = session.call.bind(session);
  session.call = async (method, ...args) => {
    if (method !== 'SendMany' || !args[0].messages) return call(method, ...args);
    const addresses = args[0].messages.map(json => JSON.parse(json).to);
    const repeated = which => new Set(which).forEach(to => write({ e: 'repeated', a: to }));
    try {
      const results = await call(method, ...args);
      repeated(results.filter(({ error }) => / retry\]/.test(error ?? '')).map(({ number }) => addresses[number]));
      return results;
    } catch (e) {
      if (e.canRetry) repeated(addresses);
      throw e;
    }
  };
}

async function send({ to, type, body, id, ...options }) {
  try {
    const { position, duplicate, uniqueIdTaken } = await client.send(to, type, body, { id, ...options });
    write({ e: 'receipt', id, p: position, why: uniqueIdTaken ? 'unique-id-taken' : duplicate ? 'duplicate' : undefined });
  } catch (e) {
    write({ e: 'failed', id, why: e.code ?? String(e) });
  }
}

function handled({ n, ok }) {
  const { resolve, reject } = handling.get(n);
  handling.delete(n);
  if (ok) resolve();
  else reject(new Error('The handler throws because a fault requires it.'));
}

const commands = { start: create, send, handled, stop: () => client.stop().then(() => process.exit(0)) };
const input = createInterface({ input: process.stdin });
input.on('line', line => {
  const { do: command, ...more } = JSON.parse(line);
  commands[command](more);
});
input.on('close', () => process.exit(0));
