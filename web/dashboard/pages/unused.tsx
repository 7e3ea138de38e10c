import { ask, get, named, segment } from "../http/call";
import type { AddressInfo } from "../http/types";
import { useLoad } from "../ui/load";

/** Says that nobody has ever used a name: a misspelt one would look like a user or a group without messages. */
export function Unused({ address }: { address: string }) {
  const [kind, name] = [address.slice(0, address.indexOf(":")), address.slice(address.indexOf(":") + 1)];
  const found = useLoad(`unused ${address}`, async signal => {
    const { last, cursors } = await ask<AddressInfo>(get(`/addresses/${segment(address)}`), { signal, isQuiet: true });
    if (Number(last) > 0 || cursors.length > 0) return false;
    const path = kind === "user" ? `/users/${named("user", name)}/groups` : `/groups/${named("group", name)}/members`;
    return (await ask<string[]>(get(path), { signal, isQuiet: true })).length === 0;
  });
  if (!found.value) return null;
  return (
    <p class="warn notice" role="status">
      Nothing is known of {address}: it has had no message{kind === "user" ? ", no device and no group" : " and no member"}. Check the name.
    </p>
  );
}
