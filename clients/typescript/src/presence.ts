/** Who is online: the entry point `@wsmq/client/presence`. */
import type { WsmqClient } from "./client.js";
import { presenceOf } from "./presence/known.js";
import type { Presence } from "./presence/types.js";

export type {
  OwnPresence, Presence, PresenceChange, PresenceDevice, PresenceHandlers, PresenceState, PresenceStatus, PresenceWatch, UserPresence,
} from "./presence/types.js";

/** Options of `presence`. */
export interface PresenceOptions {
  /** Whether a hidden page is away by itself, as long as `away` is not set. Default: true; the first call for a client decides. */
  followPage?: boolean;
}

/**
 * Returns what watches and sets presence over a client; call it the first time before the client starts or sends. The server must have
 * presence enabled. By default a user may watch itself and the groups that it reads.
 *
 * ```ts
 * const people = presence(client);
 * people.watch("group:ops", { onSync: show, onChange: (changes, state) => show(state) });
 * await people.set({ data: { typing: true } });
 * ```
 * @param client the client
 * @param options whether a hidden page is away
 * @throws Error the client was started, and this is the first call
 */
export function presence(client: WsmqClient<any>, { followPage = true }: PresenceOptions = {}): Presence {
  const of = presenceOf(client, followPage);
  of.use();
  return of;
}
