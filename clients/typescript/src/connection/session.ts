import { createConnection } from "#signalr";
import type { HubConnection } from "@microsoft/signalr";
import { outcomeUnknown, WsmqError } from "../errors.js";
import { Protocol } from "./protocol.js";

// SignalR sees a message only once it is complete, and the largest one may take long on a slow connection.
const SLOWEST_MESSAGE = 90_000;

/** Thrown by calls whose connection has ended: whether the server has executed them is not known. */
export class Lost extends Error {}

/**
 * What uses a connection while there is one. `leave` is called before the client leaves a connection that still works, and settles when
 * calls in flight are answered; `part` before it gives up one at once, for a last call whose answer is not awaited; `expel` when the client
 * will not connect again.
 */
export interface SessionUser {
  attach(session: Session): void;
  detach(): void;
  leave?(): Promise<unknown>;
  part?(): void;
  expel?(error: WsmqError): void;
}

/** One connection from its start to its end. */
export class Session {
  readonly ended: Promise<Error | undefined>;
  readonly accepted: Promise<void>;
  readonly askedToLeave: Promise<number>;
  #connection: HubConnection;

  constructor(url: string, token: string | undefined, storeState: (available: boolean) => void) {
    const connection = this.#connection = createConnection(url, token, new Protocol());
    connection.serverTimeoutInMilliseconds = SLOWEST_MESSAGE;
    this.ended = new Promise(resolve => connection.onclose(resolve));
    this.askedToLeave = new Promise(resolve => connection.on("Reconnect", resolve));

    // The handshake also succeeds where the hub then refuses the connection.
    this.accepted = new Promise(resolve => connection.on("StoreState", (available: boolean) => {
      resolve();
      storeState(available);
    }));
  }

  get isAlive(): boolean {
    return this.#connection.state === "Connected";
  }

  start(): Promise<void> {
    return this.#connection.start();
  }

  on(call: string, handler: (...args: any[]) => void): void {
    this.#connection.on(call, handler);
  }

  /** Calls the hub. Throws a WsmqError if the server refuses, and Lost if the connection ends first. */
  async call<T>(method: string, ...args: unknown[]): Promise<T> {
    try {
      return await this.#connection.invoke<T>(method, ...args);
    } catch (e) {
      // The reason of a close is that of the connection, not of the calls that it cuts off. SignalR rejects with a text, not with an
      // error, where its socket has closed and it does not know yet.
      if (!this.isAlive || typeof e === "string") throw new Lost(undefined, { cause: e });
      throw WsmqError.from(e) ?? outcomeUnknown(`the server's error has no code: ${(e as Error).message}`, e);
    }
  }

  /** Not awaited: a connection that hangs closes when the platform gives it up. */
  close(): void {
    this.#connection.stop().catch(() => {});
  }
}
