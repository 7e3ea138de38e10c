import { createRequire } from 'node:module';

const ws = createRequire(createRequire(import.meta.url).resolve('@microsoft/signalr'))('ws');
const END = '\u001e';

/**
 * A hub that a test writes: for what a real node does only when something is broken, or only an app can do. It accepts connections, and
 * answers each call as `answer` says: with what it returns, or an error with what it throws; with nothing if that is never fulfilled.
 */
export class ScriptedHub {
  calls = [];
  connections = [];

  /** The query of each connection. */
  queries = [];

  /** While it is set, connections are closed at once. */
  isDown = false;
  answer = () => null;

  /** Called with each new connection. */
  connected = () => {};
  #server;

  static async start() {
    const hub = new ScriptedHub();
    hub.#server = new ws.Server({ port: 0, host: '127.0.0.1' });
    hub.#server.on('connection', (socket, { url }) => hub.#accept(socket, url));
    await new Promise(resolve => hub.#server.once('listening', resolve));
    hub.hub = `http://127.0.0.1:${hub.#server.address().port}/wsmq`;
    return hub;
  }

  /** Calls the client on the newest connection. */
  call(target, ...args) {
    this.#write(this.connections.at(-1), { type: 1, target, arguments: args });
  }

  deliver(position, previous, more = {}) {
    const id = `m${position}`;
    const message = { source: 'user:bob', position: at(position), previous: at(previous), id, sentAt: 1, type: 'test', body: position };
    this.call('Receive', { ...message, ...more });
  }

  /** Ends the newest connection with a close frame. */
  close(error) {
    this.#write(this.connections.at(-1), { type: 7, error });
  }

  of(target) {
    return this.calls.filter(call => call.target === target).map(call => call.arguments);
  }

  stop() {
    for (const socket of this.connections) socket.terminate();
    return new Promise(resolve => this.#server.close(resolve));
  }

  #accept(socket, url) {
    socket.on('error', () => {});
    if (this.isDown) return socket.terminate();
    this.connections.push(socket);
    this.queries.push(new URLSearchParams(url.split('?')[1]));
    socket.once('message', () => {
      socket.send(`{}${END}`);
      this.#write(socket, { type: 1, target: 'StoreState', arguments: [true] });
      this.connected();
      socket.on('message', data => data.toString().split(END).slice(0, -1).forEach(text => this.#answer(socket, JSON.parse(text))));
    });
  }

  async #answer(socket, frame) {
    if (frame.type !== 1) return;
    this.calls.push(frame);
    const { invocationId } = frame;
    try {
      this.#write(socket, { type: 3, invocationId, result: await this.answer(frame.target, ...frame.arguments) });
    } catch (e) {
      this.#write(socket, { type: 3, invocationId, error: e.message });
    }
  }

  #write(socket, frame) {
    socket.send(JSON.stringify(frame) + END);
  }
}

/** The position with a number. */
export const at = number => String(number).padStart(16, '0');
