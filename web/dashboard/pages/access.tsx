import { useState } from "preact/hooks";
import { ask, type Call, get, named } from "../http/call";
import { may } from "../http/rights";
import { Action } from "../ui/action";
import { useLoad } from "../ui/load";
import { Field } from "../ui/parts";

/** Bans a user, revokes its tokens, closes its connections. */
export function Access({ user }: { user: string }) {
  const target = `user:${user}`;
  const path = `/users/${named("user", user)}`;
  const isSeen = may("View", target);
  const ban = useLoad(`${path}/ban ${isSeen}`, async signal => isSeen && await ask<boolean>(get(`${path}/ban`), { signal }));
  return (
    <>
      {ban.value && <span class="pill bad">banned</span>}
      {may("Disconnect", target) && (
        <Action label="Disconnect" call={{ method: "POST", path: `${path}/disconnect` }}><p>Closes the connections of {user} on all nodes. Clients may connect again.</p></Action>
      )}
      {may("Revoke", target) && (
        <Action label="Revoke tokens" call={{ method: "POST", path: `${path}/revoke-tokens` }} isDanger>
          <p>All tokens of {user} that were issued until now are worth nothing, and connections with them end. The user has to sign in again.</p>
        </Action>
      )}
      {may("Ban", target) && <Ban path={path} user={user} isBanned={ban.value === true} done={ban.reload} />}
    </>
  );
}

function Ban({ path, user, isBanned, done }: { path: string; user: string; isBanned: boolean; done: () => void }) {
  const [until, setUntil] = useState("");
  const call: Call = { method: isBanned ? "DELETE" : "PUT", path: `${path}/ban`, ...(until && !isBanned && { query: { until: Date.parse(until) } }) };
  if (isBanned) return <Action label="Lift the ban" call={call} done={done}><p>{user} may connect again.</p></Action>;
  return (
    <Action label="Ban…" title={`Ban ${user}`} call={call} done={done} isDanger>
      <Field label="until (empty: indefinitely)"><input type="datetime-local" value={until} onInput={e => setUntil(e.currentTarget.value)} /></Field>
      <p>Connections of {user} end on all nodes, and none is accepted.</p>
    </Action>
  );
}
