import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { build as esbuild } from 'esbuild';
import { build as vite, createLogger } from 'vite';
import webpack from 'webpack';
import { PACKAGE, remove, tempFolder } from '../support/bundles.js';

const run = promisify(execFile);
const { exports } = JSON.parse(await readFile(path.join(PACKAGE, 'package.json'), 'utf8'));
const ENTRIES = Object.keys(exports).map(entry => entry.replace('.', '@wsmq/client'));

// Makes a client with everything that there is, and renders a page with it, as a server does. Its result is the text of the page.
const APP = `
  ${ENTRIES.map((entry, i) => `import * as e${i} from "${entry}";`).join('\n')}
  import { createElement as h } from "react";
  const all = Object.assign({}, ${ENTRIES.map((_, i) => `e${i}`)});
  const State = () => h("b", null, all.useConnection());
  const create = () => {
    const client = new all.WsmqClient({ url: "/wsmq", outbox: all.outbox({ user: "bob" }) });
    all.work(client, "work:queue", () => {});
    all.queues(client);
    return client;
  };
  export const page = () => h(all.WsmqProvider, { create }, h(State));
`;
const SERVER = `${APP}
  import { renderToString } from "react-dom/server.edge";
  export const text = renderToString(page());
`;
const BROWSER = `${APP}
  import { createRoot } from "react-dom/client";
  createRoot(document.body).render(page());
`;

describe('every entry point', () => {
  let folder;
  before(async () => {
    folder = await tempFolder();
    await writeFile(path.join(folder, 'browser.js'), BROWSER);
    await writeFile(path.join(folder, 'server.js'), SERVER);
  });
  after(() => remove(folder));
  const file = (...names) => path.join(folder, ...names);
  const imported = async name => (await run(process.execPath, ['--input-type=module', '-e', `
    import * as app from ${JSON.stringify(name)};
    process.stdout.write(app.text);
  `], { cwd: folder }));

  test('is imported by Node.js without a warning, and a server renders a page with it', async () => {
    assert.deepEqual(await imported('./server.js'), { stdout: '<b>stopped</b>', stderr: '' });
  });

  for (const kind of ['browser', 'server']) {
    test(`is bundled by Vite for the ${kind} without a warning`, async () => {
      const warnings = [];
      const logger = createLogger('silent');
      Object.assign(logger, { warn: text => { warnings.push(text); }, warnOnce: text => { warnings.push(text); } });
      await vite({
        root: folder, configFile: false, customLogger: logger, logLevel: 'silent', envDir: false,
        build: { outDir: `vite-${kind}`, ssr: kind === 'server' && 'server.js', rollupOptions: { input: file(`${kind}.js`) } },
        ssr: { noExternal: true },
      });
      assert.deepEqual(warnings, []);
      if (kind === 'server') assert.deepEqual(await imported('./vite-server/server.js'), { stdout: '<b>stopped</b>', stderr: '' });
    });
  }

  test('is bundled by webpack without a warning', async () => {
    const compiler = webpack({
      mode: 'production', context: folder, entry: './browser.js', output: { path: file('webpack') }, performance: { hints: false },
      optimization: { minimize: false },
    });
    const stats = (await promisify(compiler.run).call(compiler)).toJson({ all: false, errors: true, warnings: true });
    await promisify(compiler.close).call(compiler);
    assert.deepEqual([stats.errors, stats.warnings], [[], []]);
  });

  test('is bundled by esbuild without a warning, and works where there is nothing but the language', async () => {
    const { outputFiles: [{ text }], warnings } = await esbuild({
      entryPoints: [file('server.js')], bundle: true, format: 'iife', globalName: 'app', write: false, logLevel: 'silent',
      platform: 'browser', conditions: ['edge-light', 'worker'], define: { 'process.env.NODE_ENV': '"production"' },
    });
    assert.deepEqual(warnings, []);

    // What React itself needs of an edge runtime.
    const MessageChannel = class { port1 = {}; port2 = {}; };
    const context = vm.createContext({ TextEncoder, setTimeout: () => 0, queueMicrotask, MessageChannel });
    assert.equal(vm.runInContext(`${text}; app.text`, context), '<b>stopped</b>');
  });
});

describe('the types of every entry point', () => {
  let folder;
  before(async () => { folder = await tempFolder(); });
  after(() => remove(folder));

  for (const [moduleResolution, module] of [['bundler', 'esnext'], ['node16', 'node16'], ['nodenext', 'nodenext']]) {
    test(`are found and correct under ${moduleResolution}, and need no other types than those of the page`, async () => {
      const own = path.join(folder, moduleResolution);
      await mkdir(own);
      await writeFile(path.join(own, 'app.ts'), `
        import { WsmqClient, type Receipt } from "@wsmq/client";
        import { outbox } from "@wsmq/client/outbox";
        import { queues, type JobInfo } from "@wsmq/client/queues";
        import { useMessages } from "@wsmq/client/react";
        import { work } from "@wsmq/client/work";
        ${ENTRIES.map((entry, i) => `import * as e${i} from "${entry}";`).join('\n')}
        const client = new WsmqClient<{ chat: string }>({ url: "/wsmq", outbox: outbox({ user: "bob" }) });
        const jobs: Promise<JobInfo[]> = queues(client).peek("work:queue", { state: "dead" });
        work(client, "work:queue", { chat: ({ body }) => console.log(body.length) });
        const sent: Promise<Receipt> & { queued: Promise<void> } = client.send("user:bob", "chat", "hi");
        // @ts-expect-error no text
        useMessages<string>("chat", message => message.body.missing);
        console.log(sent, jobs, ${ENTRIES.map((_, i) => `e${i}`)});
      `);
      const compilerOptions = {
        target: 'ES2022', module, moduleResolution, lib: ['ES2022', 'DOM'], types: [], strict: true, noEmit: true, skipLibCheck: false,
        exactOptionalPropertyTypes: true,
      };
      await writeFile(path.join(own, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
      const tsc = path.join(PACKAGE, 'node_modules/typescript/bin/tsc');
      await run(process.execPath, [tsc, '-p', own]).catch(e => { throw new Error(e.stdout || e.message); });
    });
  }
});
