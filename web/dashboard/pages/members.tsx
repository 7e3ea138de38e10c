import { useState } from "preact/hooks";
import { type Call, named } from "../http/call";
import { may } from "../http/rights";
import { Action } from "../ui/action";
import { Field } from "../ui/parts";

const pathOf = (group: string, user: string) => `/groups/${named("group", group)}/members/${named("user", user)}`;

/** Adds a user to a group: one of both is given, the other one is asked for. */
export function AddMember({ user, group, done }: { user?: string; group?: string; done: () => void }) {
  const [name, setName] = useState("");
  const [from, setFrom] = useState("");
  const query = from.trim() && `?from=${encodeURIComponent(from.trim())}`;
  const call: Call = { method: "PUT", path: pathOf(group ?? name, user ?? name) + query };
  return (
    <Action label={user ? "Add to a group" : "Add a member"} call={call} done={done} isReady={name !== ""} opened={() => { setName(""); setFrom(""); }}>
      <Field label={user ? "group" : "user"}><input value={name} onInput={e => setName(e.currentTarget.value)} /></Field>
      <Field label="from position"><input value={from} placeholder="from now on" onInput={e => setFrom(e.currentTarget.value)} /></Field>
      <p>It takes effect on the connections of every node. The user reads the group from now on, or after the given position.</p>
    </Action>
  );
}

export function RemoveMember({ user, group, done }: { user: string; group: string; done: () => void }) {
  if (!may("ChangeMembers", `group:${group}`)) return null;
  return (
    <Action label="Remove" title={`Remove ${user} from ${group}`} call={{ method: "DELETE", path: pathOf(group, user) }} done={done} isDanger>
      <p>The user reads the group no more, on the connections of every node. Its dead letters of the group are gone.</p>
    </Action>
  );
}
