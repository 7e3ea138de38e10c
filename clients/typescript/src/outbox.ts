/** An outbox on the disk of a browser: the entry point `@wsmq/client/outbox`. */
import { TabOutbox } from "./outbox/outbox.js";
import { open, type Outbox } from "./outbox/types.js";

export type { Outbox } from "./outbox/types.js";

/** Options of an outbox. */
export interface OutboxOptions {
  /**
   * The identifier of the user who is signed in, as the server knows it (the name in `user:<id>`). What is written belongs to this user:
   * over a connection of another one nothing is sent.
   */
  user: string;

  /** What tells outboxes for different servers apart. Default: the URL of the client. Set it where a server has several URLs. */
  name?: string;

  /** How many messages of the user may wait. A send beyond it fails with `too-many-sends`. Default 10,000. */
  maxEntries?: number;

  /** How much they may have together, in bytes of JSON. A send beyond it fails with `too-many-sends`. Default 16,777,216. */
  maxBytes?: number;

  /**
   * At how many closes of the connection in a row a message may be the only one without an answer, in one tab. Then it is refused with
   * `outcome-unknown`, so that one message cannot close every connection, for example because something in the network refuses its size.
   * Default 10.
   */
  maxCloses?: number;
}

/**
 * Keeps messages in IndexedDB until the server has stored them: they survive a reload, and the end of the browser. Pass it to a client as
 * the option `outbox`. All tabs of the page's origin share it for a server and a user; one of those that are connected sends.
 * Where nothing can be kept (Node.js, a private window, a full or forbidden storage), messages wait in memory, and listeners of `outbox`
 * are told.
 * @param options whose messages these are, and how much may wait
 * @throws RangeError the user is empty, or a bound is not above 0
 */
export function outbox({ user, name, maxEntries = 10_000, maxBytes = 16 * 1024 * 1024, maxCloses = 10 }: OutboxOptions): Outbox {
  if (!user) throw new RangeError("user is empty");
  for (const [name, value] of Object.entries({ maxEntries, maxBytes, maxCloses })) {
    if (!(value > 0)) throw new RangeError(`${name} is ${value}: above 0`);
  }

  return { [open]: host => new TabOutbox(host, user, name ?? fullUrl(host.settings.url), { maxEntries, maxBytes }, maxCloses) };
}

// A server that renders pages may have neither.
const fullUrl = (url: string) => globalThis.location ? new URL(url, location.href).href : url;
