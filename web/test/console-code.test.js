import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Deployment } from '../../Wsmq.Tests/PlainClients/support/deployment.js';

const run = promisify(execFile);
const document = await readFile(path.resolve(import.meta.dirname, '../../docs/console.md'), 'utf8');
const commands = [...document.matchAll(/```sh\n(curl .*?)\n```/gs)].map(([, command]) => command);

describe('each curl command that the console shows', () => {
  const wsmq = Deployment.of();

  for (const [i, command] of commands.entries()) {
    test(`works: ${i + 1}, ${command.split('\n')[0]}`, async () => {
      const env = {
        ...process.env, WSMQ: new URL('/wsmq-api', wsmq.node.hub).href,
        ALICE: wsmq.node.token('alice'), BOB: wsmq.node.token('bob'), ADMIN: wsmq.node.token('admin'),
      };
      const { stdout } = await run('bash', ['-ec', command.replaceAll(/^curl /gm, 'curl --fail-with-body ')], { env })
        .catch(e => assert.fail(`${e.message}\n${e.stdout}`));

      // A change without a result has an empty answer.
      if (!/-X (PUT|DELETE)/.test(command)) JSON.parse(stdout);
      else assert.equal(stdout, '');
    });
  }

  test('is found', () => assert.ok(commands.length >= 8));
});
