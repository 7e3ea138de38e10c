import WebSocket from 'ws';
import { eventually } from './eventually.js';

export const SEPARATOR = '\u001e';

/** Implements SignalR's JSON protocol by hand: it can send what no client library would, and records every received frame. */
export class RawClient {
  frames = [];
  isClosed = false;
  #socket;

  constructor(hub, token) {
    this.#socket = new WebSocket(hub.replace(/^http/, 'ws') + (token === undefined ? '' : `?access_token=${token}`));
    this.#socket.on('message', data => this.frames.push(...data.toString('utf8').split(SEPARATOR).slice(0, -1)));
    this.#socket.on('close', () => { this.isClosed = true; });
    this.#socket.on('error', () => {});
  }

  /** The calls that the server made on this client. */
  get calls() {
    return this.frames.map(text => JSON.parse(text)).filter(frame => frame.type === 1);
  }

  async start() {
    await eventually('the socket opens', () => this.#socket.readyState === WebSocket.OPEN);
    this.write(`{"protocol":"json","version":1}${SEPARATOR}`);
    await eventually('the handshake is answered', () => this.frames.length > 0);
  }

  /** Bytes are sent as a binary message, so that no layer validates their encoding. */
  write(data) {
    this.#socket.send(data);
  }

  receives(position) {
    const came = () => this.calls.some(call => call.arguments[0].position === position);
    return eventually(() => `${position} is received\n${this.frames.join('\n')}`, came);
  }

  /** The HTTP status of the response to a WebSocket upgrade request. */
  static status(hub, token, done) {
    const socket = new RawClient(hub, token).#socket;
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      done(response.statusCode);
    });
    socket.on('open', () => {
      socket.terminate();
      done(101);
    });
  }

  /** The frame of a call, with its argument as raw JSON. */
  static frame(id, target, argument) {
    return `{"type":1,"invocationId":"${id}","target":"${target}","arguments":[${argument}]}${SEPARATOR}`;
  }

  /** The completion of a call; null if the server has closed the connection instead. */
  async outcome(id) {
    const completion = () => this.frames.map(text => JSON.parse(text)).find(frame => frame.type === 3 && frame.invocationId === id);
    await eventually(`call ${id} completes, or the connection is closed`, () => this.isClosed || completion());
    return completion() ?? null;
  }

  stop() {
    this.#socket.terminate();
  }
}
