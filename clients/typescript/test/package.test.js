import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundle, PACKAGE, remove, tempFolder } from '../support/bundles.js';

const MOST_BYTES = 20_000;
const SAMPLES = path.resolve(PACKAGE, '../../samples/JavaScript');
const run = promisify(execFile);
let folder;

before(async () => { folder = await tempFolder(); });
after(() => remove(folder));

const sizeOf = async code => gzipSync(await bundle(code, folder), { level: 9 }).length;

async function compiles(files, more = {}) {
  for (const [name, code] of Object.entries(files)) await writeFile(path.join(folder, name), code);
  const compilerOptions = {
    target: 'ES2022', module: 'nodenext', jsx: 'react-jsx', lib: ['ES2022', 'DOM'], types: [], strict: true, noEmit: true, ...more,
  };
  const config = { compilerOptions, files: Object.keys(files) };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = path.join(PACKAGE, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', folder]).catch(e => { throw new Error(e.stdout || e.message); });
}

test('the core, with SignalR inside, is small', async t => {
  const size = await sizeOf('export * from "@wsmq/client";');
  const signalR = await sizeOf('export { HubConnectionBuilder } from "@microsoft/signalr";');
  t.diagnostic(`the core has ${size} bytes gzipped; all of SignalR alone has ${signalR}`);
  assert.ok(size <= MOST_BYTES, `${size} bytes are more than ${MOST_BYTES}`);
});

test('the outbox adds little', async t => {
  const core = 'export * from "@wsmq/client";';
  const size = await sizeOf(`${core} export * from "@wsmq/client/outbox";`) - await sizeOf(core);
  t.diagnostic(`the outbox, with idb inside, has ${size} bytes gzipped`);
  assert.ok(size <= 7_000, `${size} bytes`);
});

test('what an app does not import is not in its bundle', async () => {
  const { length } = await bundle('import { WsmqError } from "@wsmq/client"; console.log(WsmqError);', folder);
  assert.ok(length < 2_000, `${length} characters`);
});

test('every entry point can be imported without a browser, and touches nothing', async () => {
  const { exports } = JSON.parse(await readFile(path.join(PACKAGE, 'package.json'), 'utf8'));
  for (const entry of Object.keys(exports)) await import(entry.replace('.', '@wsmq/client'));
});

test('the code in the README compiles', async () => {
  const readme = await readFile(path.join(PACKAGE, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```(tsx?)\n(.*?)```/gs)].map(([, kind, code], i) => [`readme-${i}.${kind}`, code]);
  assert.ok(blocks.length > 0);
  await compiles(Object.fromEntries(blocks));
});

test('the samples in JavaScript use the package as it is typed', async () => {
  const samples = {};
  for (const name of await readdir(SAMPLES)) {
    const text = await readFile(path.join(SAMPLES, name), 'utf8');
    if (name.endsWith('.js') && text.includes('"@wsmq/client')) samples[name] = text;
  }

  assert.ok('read-marks.js' in samples);
  const page = `
    declare function getToken(): Promise<string>;
    declare function show(id: string, sender: string | undefined, text: string): void;
    declare function mark(id: string, state: string): void;`;
  await compiles({ ...samples, 'page.d.ts': page }, { checkJs: true });
  const misspelt = { 'misspelt.js': samples['read-marks.js'].replace('accessTokenProvider', 'token'), 'page.d.ts': page };
  await assert.rejects(compiles(misspelt, { checkJs: true }), /'token' does not exist/);
});

test('sends and handlers are typed by the map of messages', async () => {
  await compiles({ 'typed.ts': `
    import { WsmqClient, type Receipt } from "@wsmq/client";
    interface Messages { chat: { text: string }; photo: Uint8Array }
    const client = new WsmqClient<Messages>({ url: "/wsmq" });
    const receipt: Promise<Receipt> = client.send("user:bob", "chat", { text: "hi" });
    client.on("chat", async message => {
      const [text, type]: [string, "chat"] = [message.body.text, message.type];
      console.log(text, type);
    });
    client.listen("state", ({ state, retryIn }) => console.log(state === "connected", retryIn));
    // @ts-expect-error a body of another type
    client.send("user:bob", "chat", { txt: "hi" });
    // @ts-expect-error an unknown type
    client.on("chad", () => {});
    // @ts-expect-error no address
    client.send("bob", "chat", { text: "hi" });
    // @ts-expect-error an unknown event
    client.listen("stat", () => {});
    const any = new WsmqClient({ url: "/wsmq" });
    any.send("group:ops", "whatever", 1);
    console.log(receipt);
  ` });
});
