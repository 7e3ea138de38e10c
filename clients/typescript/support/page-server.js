import { createServer } from 'node:http';
import { bundle, PACKAGE } from './bundles.js';

/** The client of the pages. */
export const CLIENT = `
  import * as core from "@wsmq/client";
  import { outbox } from "@wsmq/client/outbox";
  import { presence } from "@wsmq/client/presence";
  import { work } from "@wsmq/client/work";
  Object.assign(globalThis, { wsmq: { ...core, outbox, presence, work } });
`;

/** Serves pages to browsers, with the client built as an app builds it, and tokens. Its origin is known before the nodes start. */
export class PageServer {
  #server;
  #scripts = new Map();

  /** Which users' tokens were asked for. */
  asked = [];

  /** Returns the token of a user. @type {(user: string) => string | Promise<string>} */
  token = () => { throw new Error('the test sets it'); };

  /** @param code further modules, by their path */
  static async start(code = {}) {
    const pages = new PageServer();
    for (const [path, module] of Object.entries({ '/client.js': CLIENT, ...code })) {
      pages.#scripts.set(path, await bundle(module, PACKAGE, false));
    }

    pages.#server = createServer((request, response) => void pages.#answer(request.url, response));
    await new Promise((resolve, reject) => pages.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    pages.origin = `http://127.0.0.1:${pages.#server.address().port}`;
    return pages;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise(resolve => this.#server.close(resolve));
  }

  async #answer(url, response) {
    const { pathname } = new URL(url, this.origin);
    const script = this.#scripts.get(pathname);
    if (script) return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
    if (pathname.startsWith('/token/')) {
      const user = decodeURIComponent(pathname.slice(7));
      this.asked.push(user);
      return response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' }).end(await this.token(user));
    }

    const src = pathname.startsWith('/with/') ? `/${pathname.slice(6)}` : '/client.js';
    const html = `<!doctype html><title>${pathname}</title><div id="root"></div><script type="module" src="${src}"></script>`;
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
  }
}
