import { useState } from "preact/hooks";
import { ask, get, segment } from "../http/call";
import { may } from "../http/rights";
import { link } from "../http/route";
import type { AddressInfo, Cursor } from "../http/types";
import { usePages, type Paged } from "../ui/load";
import { bytes, Failure, Figure, More, number, Panel, Table, Time, UserLink } from "../ui/parts";
import { DelayedMessages } from "./delayed";
import { Entries } from "./entries";
import { State } from "./state";
import { Unused } from "./unused";

/** One log: its entries page by page, and how far each device has come. */
export function AddressPage({ address }: { address: string }) {
  const [info, setInfo] = useState<AddressInfo>();
  const cursors = usePages(address, async (next, signal) => {
    const found = await ask<AddressInfo>(get(`/addresses/${segment(address)}`, { next }), { signal });
    setInfo(found);
    return { items: found.cursors, next: found.next ?? null };
  });
  const [kind, name] = [address.slice(0, address.indexOf(":")), address.slice(address.indexOf(":") + 1)];
  return (
    <>
      <div class="row">
        <h1 class="mono grow">{address}</h1>
        {kind === "user" && <a class="button" href={link("users", name)}>User</a>}
        {kind === "group" && <a class="button" href={link("groups", name)}>Members</a>}
        {kind === "work" && <a class="button" href={link("queues", address)}>Queue</a>}
        <a class="button" href={link("tail", address)}>Live tail</a>
        {may("Send", address) && <a class="button" href={link("send", address)}>Send</a>}
        <button onClick={cursors.reload}>Reload</button>
      </div>
      <Failure of={cursors} />
      {kind !== "work" && <Unused address={address} />}
      {info && (
        <dl class="figures panel">
          <Figure name="entries" value={number(info.entries)} />
          <Figure name="size" value={bytes(info.bytes)} />
          <Figure name="last position" value={<span class="mono">{info.last}</span>} />
          <Figure name="removed up to" value={<span class="mono">{info.removed}</span>} />
        </dl>
      )}
      {kind !== "work" && <Cursors of={cursors} />}
      {kind !== "work" && <State address={address} />}
      {kind !== "work" && <DelayedMessages address={address} />}
      <Entries address={address} cursors={cursors.value ?? []} />
    </>
  );
}

function Cursors({ of: list }: { of: Paged<Cursor> }) {
  return (
    <Panel title="Devices" isFlush>
      <Table label="Devices" columns={["User", "Device", "Has acknowledged up to", "#Behind", "Last seen"]} isEmpty={list.value?.length === 0} empty="No device reads it yet.">
        {list.value?.map(cursor => (
          <tr key={`${cursor.user} ${cursor.device}`}>
            <td><UserLink user={cursor.user} /></td><td>{cursor.device ?? <span class="dim">–</span>}</td><td class="mono">{cursor.position}</td>
            <td class={`right num ${cursor.behind > 0 ? "warn" : "dim"}`}>{number(cursor.behind)}{cursor.mayBeMore && "+"}</td><td><Time ms={cursor.lastSeenAt} /></td>
          </tr>
        ))}
      </Table>
      <More of={list} />
    </Panel>
  );
}
