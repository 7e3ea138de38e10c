import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { App } from '../support/app.js';
import { Browser, cookieOf } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { send } from '../support/requests.js';

const REFUSED = /status of 403/;

describe('the page of the dashboard', () => {
  const app = App.of();
  const browser = Browser.of();
  const at = path => new URL(path, app.root).href;
  const as = user => ({ headers: { Cookie: `user=${user}` } });

  test('is for authenticated users, and for those whom the policy of the app allows', async () => {
    for (const path of ['wsmq-admin', 'wsmq-admin/', 'wsmq-admin/dashboard.js']) assert.equal((await send(at(path))).status, 401, path);
    assert.equal((await send(at('wsmq-admin/'), as('anyone'))).status, 200);
    assert.equal((await send(at('for-olga/'), as('vera'))).status, 403);
    assert.equal((await send(at('for-olga/'), as('olga'))).status, 200);
    assert.equal((await send(at('tools/open/'))).status, 200);
  });

  test('runs only its own files, in no frame, and comes from the cache while it is the same', async () => {
    const { headers } = await send(at('tools/open/'));
    const policy = headers['content-security-policy'];
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"])
      assert.ok(policy.includes(part), policy);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    const again = await send(at('tools/open/'), { headers: { 'If-None-Match': headers.etag } });
    assert.deepEqual([again.status, again.text], [304, '']);
    assert.equal((await send(at('tools/open/'), { method: 'HEAD' })).text, '');
    assert.equal((await send(at('tools/open/elsewhere.js'))).status, 404);
  });

  test('leads to its folder where the slash is missing, by a relative URL', async () => {
    const { status, headers } = await send(at('tools/open?x=1'));
    assert.deepEqual([status, headers.location], [302, './open/?x=1']);
  });

  test('cannot be used by a page of another origin, although the browser sends the cookie', async () => {
    const evil = createServer((_, answer) => answer.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>evil</title>'));
    await new Promise(resolve => evil.listen(0, '127.0.0.1', resolve));
    try {
      await browser.open(`http://127.0.0.1:${evil.address().port}/`, async page => {
        const fetched = async (path, method) => {
          const answer = page.waitForResponse(at(path));
          await page.evaluate(([url, method]) => fetch(url, { method, mode: 'no-cors', credentials: 'include' }), [at(path), method]);
          return (await answer).status();
        };
        assert.equal(await fetched('wsmq-api/queues', 'GET'), 200, 'the cookie is sent');
        assert.equal(await fetched('wsmq-api/users/bob/disconnect', 'POST'), 403);
        const url = at('wsmq-api/users/bob/disconnect');
        const form = page.waitForResponse(url);
        await page.evaluate(target => {
          document.body.append(Object.assign(document.createElement('form'), { action: target, method: 'post' }));
          document.forms[0].submit();
        }, url);
        assert.equal((await form).status(), 403);
      }, { cookies: [cookieOf(app.root, 'olga')], expected: REFUSED });
      await app.call('olga', 'POST', '/users/bob/disconnect');
    } finally {
      evil.closeAllConnections();
      evil.close();
    }
  });
});

describe('below a path prefix', () => {
  const browser = Browser.of();
  const own = App.of({ prefix: '/shop' });
  const plain = App.of();

  const works = async root => {
    await browser.open(new URL('wsmq-admin', root).href, async page => {
      await page.getByRole('link', { name: 'Queues' }).click();
      await new Dashboard(page).row('Queues', 'work:emails').waitFor();
      assert.ok(page.url().startsWith(new URL('wsmq-admin/', root).href));
    }, { cookies: [cookieOf(root, 'mona')], expected: REFUSED });
  };

  test('of the app (UsePathBase) it works', () => works(own.root));
  test('of a proxy that removes it, it works', async () => works((await plain.proxy({ prefix: '/tools/mq' })).root));
});

describe('two nodes behind a proxy that sends each request to the other one', () => {
  const browser = Browser.of();
  const app = App.of({ nodes: 2 });

  test('serve one page and its calls', async () => {
    const proxy = await app.proxy();
    await app.send('mona', 'work:emails', '1');
    await browser.open(new URL('wsmq-admin/#/queues/work%3Aemails', proxy.root).href, async page => {
      const dashboard = new Dashboard(page);
      await dashboard.act('Pause');
      await page.getByRole('main').getByText('paused').waitFor();
      await dashboard.act('Resume');
      await page.getByRole('main').getByText('running').waitFor();
    }, { cookies: [cookieOf(proxy.root, 'mona')], expected: REFUSED });
    assert.ok(Math.min(...proxy.counts) > 3, `${proxy.counts}`);
  });
});
