import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from './eventually.js';

const GRACE = 60_000;
const running = new Set();
const folders = new Set();

// The `after` hooks stop and remove everything. This handles a run that exits before they run.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/** A process of this run, which is ended by its own id. */
export class Process {
  #child;
  #ended;

  /** Starts a program, waits until its output matches the pattern, and returns the match as well. */
  static async start(command, args, env, pattern, { stdin = 'ignore' } = {}) {
    const process = new Process(command, args, env, stdin);
    try {
      const match = await eventually(() => `${command} is ready\n${process.output}`, () => {
        if (process.hasEnded) throw new Error(`${command} ended before it was ready\n${process.output}`);
        return process.output.match(pattern);
      });
      return [process, match];
    } catch (e) {
      await process.kill();
      throw e;
    }
  }

  constructor(command, args, env, stdin = 'ignore') {
    this.output = '';
    this.hasEnded = false;
    this.#child = spawn(command, args, { env, stdio: [stdin, 'pipe', 'pipe'] });
    running.add(this.#child);
    const note = text => { this.output += text; };
    this.#child.stdout.setEncoding('utf8').on('data', note);
    this.#child.stderr.setEncoding('utf8').on('data', note);
    this.#ended = new Promise(resolve => {
      const end = reason => {
        note(reason);
        running.delete(this.#child);
        this.hasEnded = true;
        resolve();
      };
      this.#child.once('error', e => end(`${command} could not be started: ${e.message}`));
      this.#child.once('close', (code, signal) => end(`\nended with ${signal ?? code}`));
    });
  }

  async stop() {
    let late = false;
    const grace = setTimeout(() => {
      late = true;
      this.#child.kill('SIGKILL');
    }, GRACE);
    this.#child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(grace);
    if (late) throw new Error(`the process did not exit within ${GRACE} ms of SIGTERM and was killed\n${this.output}`);
  }

  /** Suspends the process, as the operating system can: it answers nothing, and its connections stay open. */
  pause() {
    this.#child.kill('SIGSTOP');
  }

  resume() {
    this.#child.kill('SIGCONT');
  }

  /** Kills the process, as a power failure would. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

export class TempFolder {
  static async make() {
    const folder = new TempFolder();
    folder.path = await mkdtemp(path.join(tmpdir(), 'wsmq-plain-'));
    folders.add(folder.path);
    return folder;
  }

  async stop() {
    await rm(this.path, { recursive: true, force: true });
    folders.delete(this.path);
  }
}
