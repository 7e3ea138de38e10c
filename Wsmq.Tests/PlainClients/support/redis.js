import { createServer } from 'node:net';
import { Process } from './process.js';

const ATTEMPTS = 5;

/**
 * A real Redis for this run.
 * @param appendOnly whether its data survives a stop
 * @param again the port of one that has stopped
 */
export async function startRedis(folder, { appendOnly = false, again } = {}) {
  for (let attempt = 1; ; attempt++) {
    const port = again ?? await freePort();
    const args = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', appendOnly ? 'yes' : 'no'];
    try {
      const [server] = await Process.start('redis-server', args.map(String), process.env, /Ready to accept connections/);
      return { server, port, address: `127.0.0.1:${port}` };
    } catch (e) {
      if (/ENOENT/.test(e.message)) throw new Error('redis-server is missing. Install it: apt-get install redis-server');

      // Another program may have taken the port meanwhile.
      if (attempt === ATTEMPTS || !/in use/i.test(e.message)) throw e;
    }
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
