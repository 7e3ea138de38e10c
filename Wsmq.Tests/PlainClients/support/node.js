import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Process } from './process.js';
import { built, neutralEnvironment } from './programs.js';
import { sign } from './tokens.js';

/** A wsmq node: the ready-made host in a process of its own, in Development. */
export class Node {
  #process;
  #key;

  /** @param settings keys of the section Wsmq, with `__` between the levels, such as { Options__Delivery__MaxInFlightMessages: 4 } */
  static async start(folder, settings = {}) {
    const node = new Node();
    const args = [built('Wsmq.Host'), '--urls', 'http://127.0.0.1:0'];
    const [process, [, hub]] = await Process.start('dotnet', args, environment(folder, settings), /listening on +(\S+)\n/);
    node.#process = process;
    node.hub = hub;
    node.#key = Buffer.from((await readFile(path.join(folder, 'development-key'), 'utf8')).trim(), 'base64url');
    return node;
  }

  get output() {
    return this.#process.output;
  }

  token(user, claims) {
    return sign(this.#key, user, claims);
  }

  stop() {
    return this.#process.stop();
  }

  kill() {
    return this.#process.kill();
  }
}

function environment(folder, settings) {
  const env = neutralEnvironment();
  Object.assign(env, { ASPNETCORE_ENVIRONMENT: 'Development', DOTNET_ENVIRONMENT: 'Development', Wsmq__DataFolder: folder });

  // Plain clients stay connected until the drain times out.
  env.Wsmq__Options__Drain__Timeout = '00:00:03';

  // The tests send as much as services do; the default limits suit people.
  env.Wsmq__Options__Limits__ConnectionSendsPerSecond = env.Wsmq__Options__Limits__UserSendsPerSecond = '10000';
  env.Wsmq__Options__Limits__ConnectionSendBurst = env.Wsmq__Options__Limits__UserSendBurst = '20000';
  for (const [name, value] of Object.entries(settings)) env[`Wsmq__${name}`] = String(value);
  return env;
}
