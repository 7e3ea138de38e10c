import { createRequire } from 'node:module';

const ws = createRequire(createRequire(import.meta.url).resolve('@microsoft/signalr'))('ws');
const END = '\u001e';

/** Between a client and a node: sees every call, and can answer sends in place of the node, to which it is no browser: it has no origin. */
export class HubProxy {
  /** The bodies of the messages that passed, in order. */
  sent = [];
  connections = 0;
  refused = 0;

  /** The error text for a message, or undefined to let it pass. @type {(message: object) => string | undefined} */
  refuse = () => undefined;

  /** Whether a message closes the connection over which it comes, with what came beside it. @type {(message: object) => boolean} */
  closes = () => false;

  /** Whether a call of one message gets no answer, and does not reach the node. @type {(message: object) => boolean} */
  swallows = () => false;

  /** The bodies of those. */
  swallowed = [];

  /** Whether nothing of the node reaches the clients: what they send is stored, and its answers are lost. */
  isMute = false;

  /** The messages that passed, whole. */
  messages = [];
  #server;
  #sockets = new Set();

  static async start(hub) {
    const proxy = new HubProxy();
    const server = proxy.#server = new ws.Server({ port: 0, host: '127.0.0.1' });
    server.on('connection', (client, request) => proxy.#join(client, new URL(request.url, hub.replace('http', 'ws'))));
    await new Promise(resolve => server.once('listening', resolve));
    proxy.hub = `http://127.0.0.1:${server.address().port}/wsmq`;
    return proxy;
  }

  /** How many clients are connected. */
  get open() {
    return this.#server.clients.size;
  }

  cut() {
    for (const socket of this.#sockets) socket.terminate();
  }

  stop() {
    this.cut();
    return new Promise(resolve => this.#server.close(resolve));
  }

  #join(client, url) {
    this.connections++;
    const node = new ws(url);
    const early = [];
    client.on('message', data => {
      if (data.toString().split(END).slice(0, -1).some(frame => messagesOf(frame).some(this.closes))) return client.terminate();
      const frames = data.toString().split(END).slice(0, -1).filter(frame => !this.#answer(client, frame));
      const text = frames.map(frame => frame + END).join('');
      if (!text) return;
      if (node.readyState === 1) node.send(text);
      else early.push(text);
    });
    node.on('open', () => early.splice(0).forEach(text => node.send(text)));
    node.on('message', data => { if (!this.isMute) client.send(data.toString()); });
    for (const [one, other] of [[client, node], [node, client]]) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        other.terminate();
      });
    }
  }

  /** Answers a call of one message if it is to be refused. Returns whether the node is not to see it. */
  #answer(client, frame) {
    const messages = messagesOf(frame);
    if (messages.length === 1 && this.swallows(messages[0])) return this.swallowed.push(messages[0].body) > 0;
    const { invocationId } = JSON.parse(frame);
    const error = messages.length === 1 ? this.refuse(messages[0]) : undefined;
    if (error) this.refused++;
    if (error) client.send(JSON.stringify({ type: 3, invocationId, result: [{ number: 0, id: messages[0].id, error }] }) + END);
    else {
      this.sent.push(...messages.map(({ body }) => body));
      this.messages.push(...messages);
    }
    return error !== undefined;
  }
}

function messagesOf(frame) {
  const { type, target, arguments: [messages] = [] } = JSON.parse(frame);
  return type === 1 && target === 'SendMany' ? messages : [];
}
