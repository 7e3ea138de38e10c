import { ask, get, segment } from "../http/call";
import { may } from "../http/rights";
import { link } from "../http/route";
import type { AddressInfo } from "../http/types";
import { useLoad, type Loaded } from "../ui/load";
import { bytes, Failure, Figure, number, Panel, Table, Time, UserLink } from "../ui/parts";
import { Entries } from "./entries";

/** One log: its entries page by page, and how far each device has come. */
export function AddressPage({ address }: { address: string }) {
  const info = useLoad(address, signal => ask<AddressInfo>(get(`/addresses/${segment(address)}`), { signal }));
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
        <button onClick={info.reload}>Reload</button>
      </div>
      <Failure of={info} />
      {info.value && (
        <dl class="figures panel">
          <Figure name="entries" value={number(info.value.entries)} />
          <Figure name="size" value={bytes(info.value.bytes)} />
          <Figure name="last position" value={<span class="mono">{info.value.last}</span>} />
          <Figure name="removed up to" value={<span class="mono">{info.value.removed}</span>} />
        </dl>
      )}
      {kind !== "work" && <Cursors info={info} />}
      <Entries address={address} info={info} />
    </>
  );
}

function Cursors({ info }: { info: Loaded<AddressInfo> }) {
  const cursors = info.value?.cursors ?? [];
  return (
    <Panel title="Devices" isFlush>
      <Table label="Devices" columns={["User", "Device", "Has acknowledged up to", "#Behind", "Last seen"]} isEmpty={cursors.length === 0} empty="No device reads it yet.">
        {cursors.map(cursor => (
          <tr key={`${cursor.user} ${cursor.device}`}>
            <td><UserLink user={cursor.user} /></td><td>{cursor.device}</td><td class="mono">{cursor.position}</td>
            <td class={`right num ${cursor.behind > 0 ? "warn" : "dim"}`}>{number(cursor.behind)}</td><td><Time ms={cursor.lastSeenAt} /></td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
