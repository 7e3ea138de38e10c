import { useState } from "preact/hooks";
import { ask, get } from "../http/call";
import { go, link, linkWith, route } from "../http/route";
import type { AddressPage } from "../http/types";
import { usePages } from "../ui/load";
import { AddressLink, bytes, Failure, More, number, Panel, Table, Time } from "../ui/parts";
import { Tabs } from "../../shared/tabs";

const KINDS = ["user", "group", "work"] as const;

/** Finds an address. */
export function AddressesPage() {
  const { query } = route.value;
  const kind = query.get("kind") ?? "user";
  const match = query.get("match") ?? "";
  const [text, setText] = useState(match);
  const list = usePages(`${kind} ${match}`, async (next, signal) => {
    const page = await ask<AddressPage>(get("/addresses", { kind, match, next, max: 100 }), { signal });
    return { items: page.addresses, next: page.next };
  });
  const search = (changed: { kind?: string; match?: string }) => go(linkWith(["addresses"], { kind, match: text, ...changed }));
  return (
    <>
      <h1>Addresses</h1>
      <div class="row">
        <Tabs names={KINDS} current={kind} choose={name => search({ kind: name })} label="Kind of address" panel="addresses" />
        <input type="search" class="search" aria-label="Search" placeholder="bob, or *-42" value={text} onInput={e => setText(e.currentTarget.value)}
          onKeyDown={e => { if (e.key === "Enter") search({ match: text }); }} />
        <button onClick={() => search({ match: text })}>Search</button>
        {text && <button onClick={() => go(link("addresses", `${kind}:${text}`))}>Open {kind}:{text}</button>}
      </div>
      <Failure of={list} />
      <div id="addresses" role="tabpanel" aria-label={`Addresses of the kind ${kind}`}>
        <Panel title={match ? `Addresses that match ${match}` : "All addresses"} isFlush>
          <Table label="Addresses" columns={["Address", "#Entries", "#Size", "Last entry"]} isEmpty={list.value?.length === 0}
            empty={list.hasMore ? "None so far. The scan goes on with More." : "None."}>
            {list.value?.map(found => (
              <tr key={found.address}>
                <td><AddressLink address={found.address} /></td>
                <td class="right num">{number(found.entries)}</td><td class="right num">{bytes(found.bytes)}</td><td><Time ms={found.lastAt} /></td>
              </tr>
            ))}
          </Table>
          <More of={list} />
        </Panel>
      </div>
    </>
  );
}
