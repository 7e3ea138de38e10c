import type { Backoff } from "./backoff.js";
import type { PageEnvironment } from "./browser/environment.js";
import type { Outbox } from "./outbox/types.js";

/** Options of a client. Times are in milliseconds. */
export interface WsmqClientOptions {
  /** The URL of the hub: `https://example.com/wsmq`, or in a browser relative to the page, `/wsmq`. */
  url: string;

  /**
   * Returns the bearer token for a connection; called for every attempt to connect, so that it can return a new one. Without it no token is
   * sent: a browser sends the cookies of the server.
   */
  accessTokenProvider?: (signal: AbortSignal) => string | undefined | PromiseLike<string | undefined>;

  /**
   * The name of this device among the devices of the user, 1 to 64 bytes, or a function that returns it. Each device reads the same logs
   * with a cursor of its own; clients with the same name share one. Default: in a page a name of the tab, which a reload keeps and a
   * duplicated tab does not share, out of a few for each browser; elsewhere `default`.
   */
  device?: string | (() => string | PromiseLike<string>);

  /**
   * After which time a send without a receipt fails. Until then it is repeated with the same id, so the value must be below the window in
   * which the server recognizes a repeat (2 minutes by default). Default 30,000; at most 100,000.
   */
  sendTimeout?: number;

  /** The time limit of one attempt to connect. Default 15,000. */
  connectTimeout?: number;

  /** How long a stop waits for receipts, for handlers and for the last acknowledgements, each. Default 5,000. */
  stopTimeout?: number;

  /** How many sends may be in flight; further ones wait in the client. Default 64; at most 128. */
  maxInFlightSends?: number;

  /**
   * How much the messages without a result may have together, in characters of JSON plus 512 for each. A send beyond it fails with
   * `too-many-sends`. Default 16,777,216.
   */
  maxPendingSendBytes?: number;

  /** The largest body to send, in bytes. A larger one fails here, because the server would close the connection. Default 262,144. */
  maxBodyBytes?: number;

  /**
   * The largest message to send, in bytes of the whole JSON: body, headers and names. A larger one fails here. Default: twice
   * `maxBodyBytes` plus 65,536, which is below what the server accepts.
   */
  maxMessageBytes?: number;

  /** How many received messages of one source may wait for their handler; others are requested again later. Default 512. */
  maxBufferedDeliveries?: number;

  /**
   * The time between two acknowledgements of a source while its messages keep coming; the first message after such a pause is acknowledged at
   * once, or for a group at a random time within it, and what was handled is acknowledged at a stop and when the page is left. After a crash
   * the messages of this time are delivered again. A shorter time costs the server an acknowledgement for each source and interval. Default
   * 1,000; 0 to 10,000.
   */
  ackInterval?: number;

  /**
   * The number of handled messages of a source after which they are acknowledged without waiting for `ackInterval`; twice as many of all sources
   * together. Keep it at half of the server's in-flight window of a source or below (256 by default): while that is used up, the server sends
   * nothing. Default 128; 1 to 65,536.
   */
  ackAfterMessages?: number;

  /** The waits between attempts to connect. Default 100 to 30,000. */
  reconnectBackoff?: Backoff;

  /** The waits before a send that the server refused temporarily is repeated. Default 100 to 5,000. */
  sendBackoff?: Backoff;

  /** The waits before a handler that failed is called with the same message again. Default 100 to 30,000. */
  handlerBackoff?: Backoff;

  /**
   * What happens to a message whose type has no handler while there is no fallback: `dead-letter` (default; the app on the server can read
   * it and send it again), or `acknowledge`: it is lost for this device.
   */
  unhandledMessages?: "dead-letter" | "acknowledge";

  /**
   * The reason of a failed attempt, stored with a dead letter for operators. Default: the name of the error. Be careful with error texts:
   * they can quote the content of the message.
   */
  nackReason?: (error: unknown) => string | null;

  /**
   * Where sends wait until the server has stored them, for example `outbox({ user })` of `@wsmq/client/outbox`, which survives a reload. An
   * outbox belongs to one client at a time. Default: they wait in memory, for at most `sendTimeout`.
   */
  outbox?: Outbox;

  /** The page that the client follows, for tests and other hosts. Default: the page that runs this code, if there is one. */
  page?: PageEnvironment;
}

/** The options with their defaults. */
export type Settings = Required<Omit<WsmqClientOptions, Optional>> & Pick<WsmqClientOptions, Optional>;

type Optional = "accessTokenProvider" | "device" | "outbox" | "page";

const MOST_SEND_TIMEOUT = 100_000;
const MOST_IN_FLIGHT = 128;
const MOST_ACK_INTERVAL = 10_000;
const MOST_ACK_MESSAGES = 65_536;
const MOST_BODY = 256 * 1024;
const ENVELOPE = 64 * 1024;

export function settingsOf(options: WsmqClientOptions): Settings {
  const settings: Settings = {
    sendTimeout: 30_000,
    connectTimeout: 15_000,
    stopTimeout: 5_000,
    maxInFlightSends: 64,
    maxPendingSendBytes: 16 * 1024 * 1024,
    maxBodyBytes: MOST_BODY,
    maxBufferedDeliveries: 512,
    ackInterval: 1_000,
    ackAfterMessages: 128,
    reconnectBackoff: { min: 100, max: 30_000 },
    sendBackoff: { min: 100, max: 5_000 },
    handlerBackoff: { min: 100, max: 30_000 },
    unhandledMessages: "dead-letter",
    nackReason: error => (error as Error | undefined)?.name ?? null,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    url: options.url,
    maxMessageBytes: options.maxMessageBytes ?? 2 * (options.maxBodyBytes ?? MOST_BODY) + ENVELOPE,
  };
  for (const [name, most] of [["sendTimeout", MOST_SEND_TIMEOUT], ["maxInFlightSends", MOST_IN_FLIGHT]] as const) {
    if (!(settings[name] > 0 && settings[name] <= most)) throw new RangeError(`${name} is ${settings[name]}: above 0 and at most ${most}`);
  }

  for (const [name, least, most] of [["ackInterval", 0, MOST_ACK_INTERVAL], ["ackAfterMessages", 1, MOST_ACK_MESSAGES]] as const) {
    if (!(settings[name] >= least && settings[name] <= most)) throw new RangeError(`${name} is ${settings[name]}: ${least} to ${most}`);
  }

  return settings;
}
