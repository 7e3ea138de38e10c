import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { built, neutralEnvironment } from '../../../Wsmq.Tests/PlainClients/support/programs.js';
import { Setting } from '../support/pages.js';

const run = promisify(execFile);
const PACKAGE = path.resolve(import.meta.dirname, '..');

// Below the package, so that the compiler and Node.js find its dependencies.
const FOLDER = path.join(PACKAGE, 'node_modules', '.contracts-test');
const wsmq = built('Wsmq.Cli', 'wsmq');
const contracts = built('Wsmq.Tests/TypeScript');
const dotnet = (...args) => run('dotnet', args, { env: neutralEnvironment() });

// What an app writes: compiled, and also run below.
const APP = `
import { WsmqClient } from "../../dist/index.js";
import type { Messages, Numbers, Shape } from "./messages.js";

export function echo(client: WsmqClient<Messages>, to: \`user:\${string}\`): Promise<Numbers> {
  return new Promise(resolve => client.on("numbers", async message => {
    await client.send(to, "numbers", message.body);
    resolve(message.body);
  }));
}

export function all(client: WsmqClient<Messages>) {
  client.on("chat", ({ body }) => {
    const [text, mood]: [string, "Calm" | "very-angry" | undefined] = [body.text, body.mood];
    void [text, mood];
  });
  client.on("tree", ({ body }) => { const name: string | undefined = body.children[0]?.parent?.name; void name; });
  client.on("collections", ({ body }) => { const n: number | null | undefined = body.items["a"]?.count ?? body.numbers[0]; void n; });
  client.on("shape", ({ body }) => { area(body); });
  const exact: Numbers["long"] = "9223372036854775807";
  void client.send("user:bob", "chat", { text: "hi", "reply-to": null });
  void client.send("user:bob", "shape", { $type: "circle", name: "c", radius: 1 });
  void client.send("user:bob", "open", { other: 7 });
  // @ts-expect-error no number of .NET
  const wrong: Numbers["long"] = "seven";
  // @ts-expect-error a field is missing
  void client.send("user:bob", "chat", { mood: "Calm" });
  // @ts-expect-error no such value
  void client.send("user:bob", "chat", { text: "hi", mood: "happy" });
  // @ts-expect-error no such derived type
  void client.send("user:bob", "shape", { $type: "line", name: "c", radius: 1 });
  // @ts-expect-error no such message
  void client.send("user:bob", "unknown", {});
  return [exact, wrong];
}

const area = (shape: Shape): number => shape.$type === "circle" ? Math.PI * shape.radius ** 2 : shape.side ** 2;
`;

const SETTINGS = {
  compilerOptions: {
    strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noUnusedLocals: true, noUnusedParameters: true,
    verbatimModuleSyntax: true, isolatedModules: true, module: 'nodenext', target: 'es2022', lib: ['ES2022', 'DOM'], types: [],
  },
  files: ['app.ts', 'messages.ts'],
};

describe('message types of .NET, written by the command line', () => {
  const deployment = Setting.of({ store: 'embedded', nodes: 1 });

  before(async () => {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(path.join(FOLDER, 'package.json'), '{"type":"module"}');
    await writeFile(path.join(FOLDER, 'tsconfig.json'), JSON.stringify(SETTINGS));
    await writeFile(path.join(FOLDER, 'app.ts'), APP);
    await dotnet(wsmq, 'types', '--from', contracts, '--out', path.join(FOLDER, 'messages.ts'));
    await run(process.execPath, [path.join(PACKAGE, 'node_modules/typescript/bin/tsc'), '-p', FOLDER]).catch(e => assert.fail(e.stdout));
  });

  after(() => rm(FOLDER, { recursive: true, force: true }));

  test('they compile under strict rules, with the client and wrong uses refused', async () => {
    assert.match(await readFile(path.join(FOLDER, 'app.js'), 'utf8'), /echo/);
  });

  test('the same assembly is written as the same text', async () => {
    const { stdout } = await dotnet(wsmq, 'types', '--from', contracts);
    assert.equal(stdout, await readFile(path.join(FOLDER, 'messages.ts'), 'utf8'));
  });

  test('numbers that JavaScript rounds come from .NET and return to it unchanged', async () => {
    const { echo } = await import(path.join(FOLDER, 'app.js'));
    const [net, js] = deployment.users('net', 'js');
    const page = deployment.page(js, { show: null });
    const received = echo(page.client, `user:${net}`);
    await page.client.start();
    const { stdout } = await dotnet(contracts, deployment.node.hub, deployment.node.token(net), js);
    assert.equal(stdout.trim(), 'the same');
    const body = await received;
    assert.deepEqual([body.long, body.unsigned, body.decimal, body.small, body.nothing],
      ['9223372036854775807', '18446744073709551615', '0.1234567890123456789012345678', -2147483648, null]);
    assert.deepEqual(body.longs, ['-9223372036854775808', 1, '9007199254740993']);
  });
});
