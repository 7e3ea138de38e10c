/** What a client gets of its sources: the entry point `@wsmq/client/reading`. */
import type { WsmqClient } from "./client.js";
import { extend } from "./extension.js";
import { HubReading } from "./reading/hub-reading.js";
import type { Reading } from "./reading/types.js";

export type { Filter, Reading } from "./reading/types.js";

const known = new WeakMap<WsmqClient<any>, HubReading>();

/**
 * Returns what filters and pauses the sources of a client; call it the first time before the client starts or sends.
 *
 * ```ts
 * await reading(client).setFilter("group:ops", { types: ["order-*"], headers: { area: "north" } });
 * ```
 * @param client the client
 * @throws Error the client was started, and this is the first call
 */
export function reading(client: WsmqClient<any>): Reading {
  let of = known.get(client);
  if (!of) known.set(client, of = new HubReading(extension => client[extend](extension)));
  return of;
}
