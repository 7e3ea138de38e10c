import type { WsmqClient } from "../client.js";
import { call, extend } from "../extension.js";
import { HubPresence } from "./hub-presence.js";

const known = new WeakMap<WsmqClient<any>, HubPresence>();

/** The presence of a client, which does nothing before it is used. */
export function presenceOf(client: WsmqClient<any>, followPage = true): HubPresence {
  let of = known.get(client);
  if (!of) known.set(client, of = new HubPresence(extension => client[extend](extension), one => client[call](one), followPage));
  return of;
}
