import { Page } from './pages.js';

/** The client in a page of a browser, with the interface of `Page`: handlers and listeners run here, and the page waits for them. */
export class RemotePage extends Page {
  constructor(hub, token, { tab, show, ...options } = {}) {
    super(hub, token, { ...options, show, Client: class extends RemoteClient {
      constructor(settings) {
        super(tab, settings);
      }
    } });
  }
}

class RemoteClient {
  state = 'stopped';
  #tab;
  #id;
  #made;
  #handlers = new Map();
  #listeners = new Map();
  #loads = new Map();
  #stopping = new AbortController();

  constructor(tab, { accessTokenProvider, ...options }) {
    this.#tab = tab;
    this.#id = tab.register(this, { token: accessTokenProvider });
    this.#made = tab.evaluate((id, options) => remote.make(id, options), this.#id, options);
  }

  /** Called by the page. */
  async called(kind, name, argument) {
    if (kind === 'aborted') return this.#stopping.abort();
    if (kind === 'load') return this.#loads.get(name)(this.#stopping.signal);
    if (kind === 'handle') return this.#handlers.get(name)(argument, { signal: this.#stopping.signal });
    if (name === 'state') this.state = argument.state;
    if (argument?.error) argument.error = revived(argument.error);
    for (const listener of this.#listeners.get(name) ?? []) await listener(argument);
    return undefined;
  }

  start({ signal } = {}) {
    this.#stopping = new AbortController();
    return this.#call('start', [], signal);
  }

  stop() {
    return this.#call('stop', []);
  }

  send(to, type, body, { signal, ...options } = {}) {
    return this.#call('send', [to, type, body, options], signal);
  }

  removeState(to, key, { signal, ...options } = {}) {
    return this.#call('removeState', [to, key, options], signal);
  }

  cancelDelayed(to, id, { signal } = {}) {
    return this.#call('cancelDelayed', [to, id], signal);
  }

  historyPage(source, query = {}, { signal } = {}) {
    return this.#call('historyPage', [source, query], signal);
  }

  resume(source, after, { signal } = {}) {
    return this.#call('resume', [source, after], signal);
  }

  snapshot(source, load) {
    this.#loads.set(source, load);
    this.#call('snapshot', [source]).catch(() => {});
  }

  on(type, handler) {
    return this.#handle('on', type, handler);
  }

  onAny(handler) {
    return this.#handle('onAny', '', handler);
  }

  onStateRemoved(handler) {
    return this.#handle('onStateRemoved', 'state removed', handler);
  }

  onAnyLive(handler) {
    return this.#handle('onAnyLive', 'live', handler);
  }

  listen(name, listener) {
    this.#listeners.set(name, [...this.#listeners.get(name) ?? [], listener]);
    if (this.#listeners.get(name).length === 1) this.#call('listen', [name]).catch(() => {});
  }

  #handle(method, name, handler) {
    this.#handlers.set(name, handler);
    this.#call(method, [name]).catch(() => {});
  }

  async #call(method, args, signal) {
    const number = this.#tab.next();
    const abort = async () => {
      await this.#made;
      await this.#tab.evaluate((number, reason) => remote.abort(number, reason), number, plain(signal.reason));
    };
    signal?.addEventListener('abort', abort);
    const aborted = signal?.aborted ? plain(signal.reason) : undefined;
    await this.#made;
    const { result, error } = await this.#tab.evaluate(
      (id, ...call) => remote.call(id, ...call), this.#id, number, method, args, signal !== undefined, aborted);
    signal?.removeEventListener('abort', abort);
    if (error) throw revived(error);
    return result;
  }
}

const plain = ({ name, message }) => ({ name, message });
const revived = ({ message, ...more }) => Object.defineProperties(new Error(message), Object.getOwnPropertyDescriptors(more));

/** The tab in which all clients of a suite run. */
export class RemoteTab {
  #tab;
  #clients = new Map();
  #numbers = 0;

  /** @param tab a page of support/page-server.js */
  static async open(tab) {
    const remote = new RemoteTab();
    remote.#tab = tab;
    await tab.exposeFunction('callTest', (id, kind, ...args) => remote.#called(id, kind, args));
    await tab.evaluate(inPage);
    return remote;
  }

  register(client, { token }) {
    const id = this.next();
    this.#clients.set(id, { client, token });
    return id;
  }

  next() {
    return ++this.#numbers;
  }

  evaluate(code, ...args) {
    return this.#tab.evaluate(`(${code})(...globalThis.remote.read(${JSON.stringify(args, written)}))`);
  }

  async #called(id, kind, args) {
    const { client, token } = this.#clients.get(id);
    try {
      return { result: await (kind === 'token' ? token() : client.called(kind, ...JSON.parse(JSON.stringify(args), read))) };
    } catch (e) {
      return { error: { name: e.name, message: e.message } };
    }
  }
}

// Bodies with bytes, and those that JSON has not, between here and the page.
function written(_, value) {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  return typeof value === 'bigint' ? { $big: String(value) } : value;
}

function read(_, value) {
  return value?.$bytes === undefined ? value : new Uint8Array(Buffer.from(value.$bytes, 'base64'));
}

/** Runs in the page: defines `remote`. */
function inPage() {
  const { callTest, wsmq } = globalThis;
  const clients = new Map();
  const aborts = new Map();
  const plain = e => ({ name: e.name, message: e.message, number: e.number, code: e.code, canRetry: e.canRetry, retryAfter: e.retryAfter });
  const errorOf = ({ name, message }) => Object.assign(new Error(message), { name });

  function written(value) {
    if (value instanceof Uint8Array) return { $bytes: btoa(Array.from(value, byte => String.fromCharCode(byte)).join('')) };
    if (value instanceof Error) return plain(value);
    return value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, written(one)])) : value;
  }

  async function ask(id, kind, ...args) {
    const { result, error } = await callTest(id, kind, ...args.map(written));
    if (error) throw errorOf(error);
    return result;
  }

  const methods = {
    on: (client, id, [type]) => void client.on(type, handler(id, type)),
    onAny: (client, id) => void client.onAny(handler(id, '')),
    onStateRemoved: (client, id) => void client.onStateRemoved(handler(id, 'state removed')),
    onAnyLive: (client, id) => void client.onAnyLive(handler(id, 'live')),
    listen: (client, id, [name]) => void client.listen(name, event => ask(id, 'event', name, event)),
    snapshot: (client, id, [source]) => void client.snapshot(source, () => ask(id, 'load', source)),
    start: (client, _, __, signal) => client.start(signal ? { signal } : {}),
    stop: client => client.stop(),
    resume: (client, _, [source, after], signal) => client.resume(source, after, { ...(signal && { signal }) }),
    removeState: (client, _, [to, key, options], signal) => client.removeState(to, key, { ...options, ...(signal && { signal }) }),
    cancelDelayed: (client, _, [to, id], signal) => client.cancelDelayed(to, id, signal && { signal }),
    historyPage: (client, _, [source, query], signal) => client.historyPage(source, query, signal && { signal }),
    send: (client, _, [to, type, body, options], signal) => client.send(to, type, body, { ...options, ...(signal && { signal }) }),
  };

  const handler = (id, name) => (message, { signal }) => {
    signal.addEventListener('abort', () => void ask(id, 'aborted'));
    return ask(id, 'handle', name, message);
  };

  globalThis.remote = {
    read: args => JSON.parse(JSON.stringify(args), (_, value) => {
      if (value?.$bytes !== undefined) return Uint8Array.from(atob(value.$bytes), c => c.charCodeAt(0));
      return value?.$big === undefined ? value : BigInt(value.$big);
    }),
    make(id, options) {
      clients.set(id, new wsmq.WsmqClient({ ...options, accessTokenProvider: () => ask(id, 'token') }));
    },
    abort(number, reason) {
      aborts.get(number)?.abort(errorOf(reason));
    },
    async call(id, number, method, args, hasSignal, aborted) {
      const abort = new AbortController();
      if (aborted) abort.abort(errorOf(aborted));
      aborts.set(number, abort);
      try {
        return { result: await methods[method](clients.get(id), id, args, hasSignal ? abort.signal : undefined) };
      } catch (e) {
        return { error: plain(e) };
      } finally {
        aborts.delete(number);
      }
    },
  };
}
