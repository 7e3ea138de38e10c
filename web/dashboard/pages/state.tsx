import { ask, get, segment } from "../http/call";
import { link } from "../http/route";
import type { EntryPage } from "../http/types";
import { usePages } from "../ui/load";
import { bytes, Failure, More, Panel, Table, Time } from "../ui/parts";

const SIZE = 50;

/** The state of an address: the newest message of each key, also if the log does not have it any more. */
export function State({ address }: { address: string }) {
  const list = usePages(`state ${address}`, async (next, signal) => {
    const page = await ask<EntryPage>(get(`/addresses/${segment(address)}/state`, { max: SIZE, next }), { signal });
    return { items: page.entries, next: page.next };
  });
  return (
    <Panel title="State" actions={<button onClick={list.reload}>Reload</button>} isFlush>
      <Failure of={list} />
      <Table label="State" columns={["Key", "Position", "Stored", "Sender", "Type", "#Size", "Begins with"]} isEmpty={list.value?.length === 0}
        empty="No message has a state key.">
        {list.value?.map(entry => (
          <tr key={entry.position}>
            <td class="mono">{entry.stateKey}</td>
            <td><a class="mono" href={link("addresses", address, entry.position)}>{entry.position}</a></td>
            <td><Time ms={entry.storedAt} /></td><td>{entry.sender ?? <span class="dim">app</span>}</td><td>{entry.type}</td>
            <td class="right num">{bytes(entry.size)}</td><td class="preview mono">{entry.preview}</td>
          </tr>
        ))}
      </Table>
      <More of={list} />
    </Panel>
  );
}
