import { WsmqClient } from '../dist/index.js';
import { Deployment } from '../../../Wsmq.Tests/PlainClients/support/deployment.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';

const FAST = { min: 10, max: 200 };

/** The client as a page uses it, with a record of what it passed to the page. */
export class Page {
  received = [];
  errors = [];
  states = [];
  gaps = [];
  deadLetters = [];
  stalled = [];
  stateCompletes = [];
  live = [];

  /**
   * @param show the page's handler; what it has handled is recorded
   * @param Client another build of the client
   */
  constructor(hub, token, { show = async () => {}, Client = WsmqClient, ...options } = {}) {
    const accessTokenProvider = typeof token === 'function' ? token : () => token;
    this.client = new Client({
      url: hub, accessTokenProvider, device: 'web', reconnectBackoff: FAST, sendBackoff: FAST, handlerBackoff: FAST, ackInterval: 100, ...options,
    });
    this.client.listen('error', ({ error }) => this.errors.push(error));
    this.client.listen('state', event => this.states.push(event));
    this.client.listen('gap', gap => { this.gaps.push(gap); });
    this.client.listen('deadLettered', event => this.deadLetters.push(event));
    this.client.listen('stalled', event => this.stalled.push(event));
    this.client.listen('stateComplete', event => this.stateCompletes.push(event));
    this.client.onAnyLive(push => { this.live.push(push); });
    if (show) {
      this.client.onAny(async (message, context) => {
        await show(message, context);
        this.received.push(message);
      });
    }
  }

  get bodies() {
    return this.received.map(message => message.body);
  }

  /** How many connections it has lost. */
  get losses() {
    return this.states.filter(event => event.previous === 'connected' && event.state === 'reconnecting').length;
  }

  get positions() {
    return this.received.map(message => message.position);
  }

  send(to, body, options) {
    return this.client.send(to, 'test', body, options);
  }

  shows(count) {
    const reason = () => `${count} are shown; so far ${this.received.length}; errors: ${this.errors}`;
    return eventually(reason, () => this.received.length >= count);
  }

  is(state) {
    return eventually(() => `the client is ${state}; it is ${this.client.state}; errors: ${this.states.map(s => s.error)}`,
      () => this.client.state === state);
  }

  stop() {
    return this.client.stop();
  }
}

/** The environment of a suite of pages. */
export class Setting extends Deployment {
  /** A page that is not connected yet. */
  page(user, { node = this.node, hub = node.hub, token = node.token(user), ...options } = {}) {
    return this.keep(new Page(hub, token, options));
  }

  async open(user, options) {
    const page = this.page(user, options);
    await page.client.start();
    return page;
  }
}

export const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
