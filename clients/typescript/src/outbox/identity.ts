import { Pause, waitOf } from "../backoff.js";
import { Lost, type Session } from "../connection/session.js";
import { clientMisconfigured, type WsmqError } from "../errors.js";
import type { OutboxHost } from "./types.js";

const START = "0000000000000000";

/**
 * Whether a connection is of a user. The server knows, not the app: it refuses acknowledgements of the queues of others. The one here is
 * before every message and has no effect.
 */
export async function isUser(user: string, session: Session, { settings, events }: OutboxHost, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await session.call("Ack", `user:${user}`, START);
      return !signal.aborted;
    } catch (e) {
      if (e instanceof Lost) return false;
      const error = e as WsmqError;
      if (!error.canRetry) {
        const text = "the outbox is of another user than the access token: nothing of it is sent over this connection";
        events.error(clientMisconfigured(text, error));
        return false;
      }

      await new Pause().for(Math.max(waitOf(settings.sendBackoff, attempt), error.retryAfter));
    }
  }

  return false;
}
