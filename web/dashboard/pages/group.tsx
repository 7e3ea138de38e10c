import { ask, get, named } from "../http/call";
import { may } from "../http/rights";
import { link } from "../http/route";
import { useLoad } from "../ui/load";
import { Failure, Panel, Table, UserLink } from "../ui/parts";
import { AddMember, RemoveMember } from "./members";
import { Unused } from "./unused";

/** The members of a group. */
export function GroupPage({ group }: { group: string }) {
  const path = `/groups/${named("group", group)}/members`;
  const target = `group:${group}`;
  const list = useLoad(path, signal => ask<string[]>(get(path), { signal }));
  return (
    <>
      <div class="row">
        <h1 class="grow">Group {group}</h1>
        {may("View", target) && <a class="button" href={link("addresses", target)}>Log</a>}
        {may("ChangeMembers", target) && <AddMember group={group} done={list.reload} />}
      </div>
      <Failure of={list} />
      {may("View", target) && <Unused address={target} />}
      <Panel title="Members" isFlush>
        <Table label="Members" columns={["User", ""]} isEmpty={list.value?.length === 0} empty="None.">
          {list.value?.map(user => (
            <tr key={user}><td><UserLink user={user} /></td><td class="right"><RemoveMember user={user} group={group} done={list.reload} /></td></tr>
          ))}
        </Table>
      </Panel>
    </>
  );
}
