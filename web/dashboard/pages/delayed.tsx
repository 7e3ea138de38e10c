import { ask, get, segment } from "../http/call";
import { may } from "../http/rights";
import type { Delayed, DelayedPage } from "../http/types";
import { Action } from "../ui/action";
import { usePages } from "../ui/load";
import { bytes, Failure, More, Panel, Table, Time } from "../ui/parts";

const SIZE = 50;

/** The messages that wait at an address until they are due. */
export function DelayedMessages({ address }: { address: string }) {
  const list = usePages(`delayed ${address}`, async (next, signal) => {
    const page = await ask<DelayedPage>(get(`/addresses/${segment(address)}/delayed`, { max: SIZE, next }), { signal });
    return { items: page.messages, next: page.next };
  });
  return (
    <Panel title="Waiting" actions={<button onClick={list.reload}>Reload</button>} isFlush>
      <Failure of={list} />
      <Table label="Waiting" columns={["Due", "Sender", "Id", "Type", "State", "#Size", "Begins with", ""]} isEmpty={list.value?.length === 0}
        empty="No message waits for its time.">
        {list.value?.map(message => (
          <tr key={message.key}>
            <td><Time ms={message.dueAt} /></td><td>{message.sender ?? <span class="dim">app</span>}</td>
            <td class="mono">{message.id ?? <span class="bad">corrupt</span>}</td><td>{message.type}</td>
            <td class="mono">{message.removeState ? `removes ${message.stateKey}` : message.stateKey}</td>
            <td class="right num">{bytes(message.size)}</td><td class="preview mono">{message.preview}</td>
            <td class="right nowrap">{may("Remove", address) && <Cancel address={address} message={message} done={list.reload} />}</td>
          </tr>
        ))}
      </Table>
      <More of={list} />
    </Panel>
  );
}

function Cancel({ address, message, done }: { address: string; message: Delayed; done: () => void }) {
  const path = `/addresses/${segment(address)}/delayed/${segment(message.key)}`;
  return (
    <Action label="Withdraw" title="Cancel this message" call={{ method: "DELETE", path }} done={done} isDanger>
      <p>It will not be stored in the log of {address}, unless it is due before. Its sender is not told.</p>
    </Action>
  );
}
