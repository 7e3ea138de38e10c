import { useState } from "preact/hooks";
import { ask, type Call, get, named, segment } from "../http/call";
import { may } from "../http/rights";
import { go, link, linkWith } from "../http/route";
import type { Connections, Device } from "../http/types";
import { Action } from "../ui/action";
import { useLoad } from "../ui/load";
import { AddressLink, Failure, Field, number, Panel, Table, Time } from "../ui/parts";
import { Access } from "./access";
import { AddMember, RemoveMember } from "./members";
import { UserPresence } from "./presence";
import { Unused } from "./unused";

/** Opens a user or a group by name. */
export function UsersPage() {
  const [user, setUser] = useState("");
  const [group, setGroup] = useState("");
  const open = (kind: string, name: string) => { if (name) go(link(kind, name)); };
  return (
    <>
      <h1>Users and groups</h1>
      <Panel title="Open">
        {([["User", "users", user, setUser], ["Group", "groups", group, setGroup]] as const).map(([label, kind, name, set]) => (
          <div key={kind} class="row">
            <Field label={label}>
              <input value={name} onInput={e => set(e.currentTarget.value)} onKeyDown={e => { if (e.key === "Enter") open(kind, name); }} />
            </Field>
            <button onClick={() => open(kind, name)}>Open {label.toLowerCase()}</button>
          </div>
        ))}
        {may("View") && <p class="dim"><a href={linkWith(["addresses"], { kind: "user" })}>All users with a log</a>, <a href={linkWith(["addresses"], { kind: "group" })}>all groups with a log</a></p>}
      </Panel>
    </>
  );
}

/** One user: presence, connections, devices, groups, access. */
export function UserPage({ user }: { user: string }) {
  const target = `user:${user}`;
  const isSeen = may("View", target);
  return (
    <>
      <div class="row">
        <h1 class="grow">{user}</h1>
        {isSeen && <a class="button" href={link("addresses", target)}>Log</a>}
        {isSeen && may("View") && <a class="button" href={linkWith(["dead-letters"], { user })}>Dead letters</a>}
        <Access user={user} />
      </div>
      {!isSeen && <p class="dim">You have no right to see this user, or it is being asked for.</p>}
      {isSeen && <><Unused address={target} /><UserPresence user={user} /><ConnectionList user={user} /><Devices user={user} /><Groups user={user} /></>}
    </>
  );
}

function ConnectionList({ user }: { user: string }) {
  const path = `/users/${named("user", user)}/connections`;
  const list = useLoad(path, (signal, isQuiet) => ask<Connections>(get(path), { signal, isQuiet }), 5_000);
  const found = list.value;
  return (
    <Panel title="Connections" isFlush actions={<button onClick={list.reload}>Reload</button>}>
      <Failure of={list} />
      {found?.complete === false && <p class="warn notice">Not all nodes have answered: {found.missing.join(", ") || "the store cannot be asked"}.</p>}
      {found && found.count > found.connections.length && <p class="dim notice">The newest {found.connections.length} of {number(found.count)}.</p>}
      <Table label="Connections" columns={["Device", "Kind", "Transport", "Since", "Reads", "Works on", "#In flight", "Node"]} isEmpty={found?.connections.length === 0} empty="None.">
        {found?.connections.map(one => (
          <tr key={one.id}>
            <td>{one.device ?? <span class="dim">–</span>}</td><td>{one.kind}</td><td>{one.transport}</td><td><Time ms={one.connectedAt} /></td>
            <td>{one.addresses.map(address => <AddressLink key={address} address={address} />)}{one.addressCount > one.addresses.length && <span class="dim"> and {one.addressCount - one.addresses.length} more</span>}</td>
            <td>{one.queues.map(queue => <code key={queue}>{queue}</code>)}</td><td class="right num">{one.inFlight}</td><td class="dim">{one.node}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function Devices({ user }: { user: string }) {
  const path = `/users/${named("user", user)}/devices`;
  const list = useLoad(path, signal => ask<Device[]>(get(path), { signal }));
  return (
    <Panel title="Devices" isFlush>
      <Failure of={list} />
      <Table label="Devices" columns={["Device", "Last seen", ""]} isEmpty={list.value?.length === 0} empty="None.">
        {list.value?.map(device => {
          const call: Call = { method: "DELETE", path: `${path}/${segment(device.name)}` };
          return (
            <tr key={device.name}>
              <td>{device.name}</td><td><Time ms={device.lastSeenAt} /></td>
              <td class="right">{may("Remove", `user:${user}`) && (
                <Action label="Remove" title={`Remove the device ${device.name}`} call={call} done={list.reload} isDanger>
                  <p>Its cursors and dead letters are gone. If it connects again, it begins at the oldest message that is stored.</p>
                </Action>
              )}</td>
            </tr>
          );
        })}
      </Table>
    </Panel>
  );
}

function Groups({ user }: { user: string }) {
  const path = `/users/${named("user", user)}/groups`;
  const list = useLoad(path, signal => ask<string[]>(get(path), { signal }));
  return (
    <Panel title="Groups" isFlush actions={may("ChangeMembers", `user:${user}`) || may("ChangeMembers") ? <AddMember user={user} done={list.reload} /> : null}>
      <Failure of={list} />
      <Table label="Groups" columns={["Group", ""]} isEmpty={list.value?.length === 0} empty="None.">
        {list.value?.map(group => (
          <tr key={group}>
            <td><a href={link("groups", group)}>{group}</a></td>
            <td class="right"><RemoveMember user={user} group={group} done={list.reload} /></td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
