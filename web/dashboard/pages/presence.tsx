import { ask, get, segment } from "../http/call";
import { Problem } from "../http/problem";
import type { Presence } from "../http/types";
import { useLoad } from "../ui/load";
import { Failure, Panel, Table, Time } from "../ui/parts";

const NOT_ENABLED = 3009;

// The app has presence or not: it is not asked for again on every page.
let isEnabled = true;

/** Whether a user is online, with which devices, or when the user was last seen; nothing where the app has not enabled presence. */
export function UserPresence({ user }: { user: string }) {
  const path = `/addresses/${segment(`user:${user}`)}/presence`;
  const seen = useLoad(path, async (signal, isQuiet) => {
    if (!isEnabled) return undefined;
    try {
      return (await ask<Presence>(get(path), { signal, isQuiet })).members?.[0];
    } catch (e) {
      if (!(e instanceof Problem && e.number === NOT_ENABLED)) throw e;
      isEnabled = false;
      return undefined;
    }
  }, 5_000);
  const found = seen.value;
  if (!found && !seen.error) return null;
  return (
    <Panel title="Presence" isFlush>
      <Failure of={seen} />
      {found && (
        <>
          <p class="notice" role="status">{found.status}{found.lastSeen != null && <>, last seen <Time ms={found.lastSeen} /></>}</p>
          <Table label="Presence" columns={["Device", "Status", "Since", "Says"]} isEmpty={found.devices.length === 0} empty="None.">
            {found.devices.map(({ device, status, since, data }) => (
              <tr key={device}>
                <td>{device}</td><td>{status}</td><td><Time ms={since} /></td>
                <td>{data == null ? <span class="dim">–</span> : <code>{JSON.stringify(data)}</code>}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </Panel>
  );
}
