/** What has become of sent messages: the entry point `@wsmq/client/tracking`. */
import type { WsmqClient } from "./client.js";
import { call, extend } from "./extension.js";
import { HubTracking } from "./tracking/hub-tracking.js";
import type { Tracking } from "./tracking/types.js";

export type { DeliveryState, MessageStatus, ReaderStatus, Tracking, WaitOptions } from "./tracking/types.js";

const known = new WeakMap<WsmqClient<any>, HubTracking>();

/**
 * Returns what tells what has become of messages that were sent with `track`; call it the first time before the client starts or sends.
 *
 * ```ts
 * const sent = tracking(client);
 * const receipt = await client.send("user:bob", "hello", { text: "Hi" }, { track: true });
 * const { state } = await sent.waitFor("user:bob", receipt, "acknowledged");
 * ```
 * @param client the client
 * @throws Error the client was started, and this is the first call
 */
export function tracking(client: WsmqClient<any>): Tracking {
  let of = known.get(client);
  if (!of) known.set(client, of = new HubTracking(extension => client[extend](extension), one => client[call](one)));
  return of;
}
