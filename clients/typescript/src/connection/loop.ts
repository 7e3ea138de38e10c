import { Pause, settles, waitOf } from "../backoff.js";
import { clientClosed, WsmqError } from "../errors.js";
import { isFinal, type ClientState } from "../events.js";
import type { Settings } from "../options.js";
import { hubUrl } from "./hub-url.js";
import { Session, type SessionUser } from "./session.js";

// A server that accepts and closes at once must not be flooded: only a connection that lasts resets the waits.
const HELD = 5_000;
const LONGEST_LEAVE = 600_000;

// How long an attempt may take, or an answer, when somebody looks at the page.
const PATIENCE = 5_000;

/** What the loop tells the client. */
export interface LoopObserver {
  /** The name of the device, asked for before each attempt. */
  device(): string | PromiseLike<string>;

  /** What the URL has in addition, asked for before each attempt. */
  query(): string;
  state(state: ClientState, error?: unknown, retryIn?: number): void;
  storeState(available: boolean): void;

  /** Before a connection starts: calls of the server may arrive with its handshake. */
  register(session: Session): void;
}

/**
 * Keeps a connection until it is stopped. Every connection is a new session, so that calls of an old one cannot be mistaken for those of
 * the new one. A refused token does not end the loop once it was connected, because the next one may be accepted; a revoked token and a
 * banned user do, and so does any final error before the first connection.
 */
export class ConnectionLoop {
  /** Settles with the first connection, or with what prevents it for good. */
  readonly connected: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #isStopped = false;
  #hasConnected = false;
  #attempt = 0;
  #pause = new Pause();
  #mayHurry = true;
  #began: number | undefined;
  #session: Session | undefined;
  #isProbing = false;
  #drop: (why: Error) => void = () => {};
  #suspended: Promise<void> | undefined;
  #goOn = () => {};

  constructor(readonly settings: Settings, readonly users: readonly SessionUser[], readonly observer: LoopObserver) {
    this.connected = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.connected.catch(() => {});
  }

  async run(): Promise<void> {
    this.observer.state("connecting");
    let error: unknown = clientClosed("the client was stopped before it was connected");
    while (!this.#isStopped) {
      await this.#suspended;
      if (this.#isStopped) break;
      const reason = await this.#connectOnce();
      if (this.#isStopped) break;
      if (isFinal(reason) && (!this.#hasConnected || reason.code === "revoked" || reason.code === "banned")) {
        for (const user of this.users) user.expel?.(reason);
        error = reason;
        this.observer.state("stopped", reason);
        break;
      }

      await this.#wait(reason);
    }

    this.#isStopped = true;
    this.#reject(error);
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  stop(): void {
    this.#isStopped = true;
    this.#drop(new Error("stopped"));
    this.#pause.end();
    this.#goOn();
  }

  /**
   * The page is shown again, or the network is back: ends a wait, unless the server has asked for it, and gives up an attempt or a
   * connection that hangs.
   */
  wake(): void {
    if (this.#session) {
      void this.#probe(this.#session);
    } else if (this.#began !== undefined) {
      if (performance.now() - this.#began > PATIENCE) this.#drop(new Error("the attempt to connect did not come to an end"));
    } else if (this.#mayHurry) {
      this.#pause.end();
    }
  }

  /** Gives up the connection, and makes no attempt before `resume`. */
  suspend(why: string): void {
    this.#suspended ??= new Promise(resolve => {
      this.#goOn = () => {
        this.#suspended = undefined;
        resolve();
      };
    });
    if (this.#session) for (const user of this.users) user.part?.();
    this.#drop(new Error(why));
    this.#pause.end();
  }

  resume(): void {
    this.#goOn();
  }

  // Several events come together when a page is shown: one call is enough.
  async #probe(session: Session): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    const isAnswered = await settles(session.call("SendMany", []), PATIENCE);
    this.#isProbing = false;
    if (!isAnswered && session === this.#session) this.#drop(new Error("the connection did not answer"));
  }

  async #wait(reason: unknown): Promise<void> {
    const retryAfter = reason instanceof WsmqError ? reason.retryAfter : 0;
    const wait = Math.max(waitOf(this.settings.reconnectBackoff, this.#attempt++), retryAfter);
    this.#mayHurry = retryAfter === 0;
    this.observer.state(this.#hasConnected ? "reconnecting" : "connecting", reason, this.#suspended ? undefined : wait);
    if (!this.#isStopped && !this.#suspended) await this.#pause.for(wait);
  }

  /** Returns why there is no connection any more, or why there was none: undefined, a WsmqError or another error. */
  async #connectOnce(): Promise<unknown> {
    const aborted = new AbortController();
    const limit = new Pause();
    let session: Session | undefined;
    this.#began = performance.now();
    const dropped = new Promise<never>((_, reject) => { this.#drop = reject; });
    try {
      const entered = this.#enter(aborted.signal, created => { session = created; });
      await Promise.race([entered, dropped, limit.for(this.settings.connectTimeout).then(() => {
        throw new Error(`no connection within ${this.settings.connectTimeout} ms`);
      })]);
      await this.#use(session!, dropped);
      return undefined;
    } catch (e) {
      return WsmqError.from(e) ?? e;
    } finally {
      this.#began = undefined;
      aborted.abort();
      limit.end();
      session?.close();
    }
  }

  async #enter(signal: AbortSignal, created: (session: Session) => void): Promise<void> {
    // With a URL that can never work, no token could be obtained either.
    hubUrl(this.settings.url, "");
    const token = await this.#token(signal);
    const name = await this.observer.device();

    // The attempt was given up while the app was asked.
    if (signal.aborted) return;
    const session = new Session(hubUrl(this.settings.url, name, this.observer.query()), token, available => this.observer.storeState(available));
    created(session);
    this.observer.register(session);
    await session.start();
    await Promise.race([session.accepted, session.ended.then(e => {
      throw e ?? new Error("the server closed the connection before it had accepted it");
    })]);
  }

  async #use(session: Session, dropped: Promise<never>): Promise<void> {
    const since = performance.now();
    this.#hasConnected = true;
    this.#session = session;
    for (const user of this.users) user.attach(session);
    this.observer.state("connected");
    this.#resolve();
    const ended = session.ended.then(e => { if (e) throw e; });
    try {
      const after = await Promise.race([ended, session.askedToLeave, dropped]);
      if (typeof after !== "number") return;
      const pause = new Pause();
      await Promise.race([ended, dropped, pause.for(Math.min(after, LONGEST_LEAVE))]).finally(() => pause.end());
      if (session.isAlive) await settles(Promise.all(this.users.map(user => user.leave?.())), this.settings.stopTimeout);
    } finally {
      this.#session = undefined;
      if (performance.now() - since > HELD) this.#attempt = 0;
      for (const user of this.users) user.detach();
    }
  }

  async #token(signal: AbortSignal): Promise<string | undefined> {
    const { accessTokenProvider } = this.settings;
    if (!accessTokenProvider) return undefined;
    let token;
    try {
      token = await accessTokenProvider(signal);
    } catch (e) {
      throw WsmqError.from(e) ?? new WsmqError(6003, "no-token", `accessTokenProvider failed: ${e}`, { canRetry: true, cause: e });
    }

    if (token === undefined || /^[!-~]+$/.test(token)) return token;
    throw new WsmqError(6003, "no-token", "accessTokenProvider returned a text that is empty or has other characters", { canRetry: true });
  }
}
