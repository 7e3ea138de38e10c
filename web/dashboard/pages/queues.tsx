import { ask, get } from "../http/call";
import { link } from "../http/route";
import type { Queue } from "../http/types";
import { useLoad } from "../ui/load";
import { Failure, number, Panel, Table } from "../ui/parts";
import { duration } from "../../shared/time";

const INTERVAL = 3_000;

/** The work queues that the user may manage. */
export function QueuesPage() {
  const queues = useLoad("queues", (signal, isQuiet) => ask<Queue[]>(get("/queues"), { signal, isQuiet }), INTERVAL);
  return (
    <>
      <h1>Queues</h1>
      <Failure of={queues} />
      <Panel title="Queues that you manage" isFlush>
        <Table label="Queues" columns={["Queue", "State", "#Ready", "#Delayed", "#Leased", "#Retrying", "#Blocked", "#Dead", "#Oldest ready", "#Completed"]}
          isEmpty={queues.value?.length === 0} empty="None.">
          {queues.value?.map(queue => (
            <tr key={queue.queue}>
              <td><a class="mono" href={link("queues", queue.queue)}>{queue.queue}</a></td>
              <td>{queue.paused ? <span class="pill warn">paused</span> : <span class="pill good">running</span>}</td>
              {[queue.ready, queue.delayed, queue.leased, queue.retrying, queue.blocked].map((value, i) => <td key={i} class="right num">{number(value)}</td>)}
              <td class={`right num ${queue.dead > 0 ? "bad" : ""}`}>{number(queue.dead)}</td>
              <td class="right num">{queue.oldestReadyAge === null ? "–" : duration(queue.oldestReadyAge)}</td>
              <td class="right num">{number(queue.totals["completed"] ?? 0)}</td>
            </tr>
          ))}
        </Table>
      </Panel>
    </>
  );
}
