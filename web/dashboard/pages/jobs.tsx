import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { Tabs } from "../../shared/tabs";
import { get, segment, send, type Call } from "../http/call";
import { elements, members } from "../http/raw-json";
import { JOB_STATES, type Job, type JobState } from "../http/types";
import { Action } from "../ui/action";
import { Body, rawOf } from "../ui/body";
import { usePages } from "../ui/load";
import { Failure, More, Panel, Table, Time } from "../ui/parts";

const SIZE = 50;

/** The jobs of a queue in one state. */
export function Jobs({ queue, round, changed }: { queue: string; round: number; changed: () => void }) {
  const [state, setState] = useState<JobState>("ready");
  const [open, setOpen] = useState("");
  const list = usePages(`${queue} ${state} ${round}`, async (next, signal) => {
    const skip = Number(next ?? 0);
    const text = await send(get(`/queues/${segment(queue)}/jobs`, { state, skip: skip || undefined, max: SIZE }), { signal });
    const items = elements(text).map(job => JSON.parse(job) as Job);
    return { items, next: items.length === SIZE ? String(skip + SIZE) : null };
  });
  return (
    <Panel title="Jobs" isFlush actions={<><Tabs names={JOB_STATES} current={state} choose={name => setState(name as JobState)} label="State" panel="jobs" />
      <button onClick={list.reload}>Reload</button></>}>
      <Failure of={list} />
      <div id="jobs" role="tabpanel" aria-label={`Jobs that are ${state}`}>
        <Table label="Jobs" columns={["Position", "Since", "Priority", "Key", "#Failed", "#Leases lost", "Worker", "Reason", ""]} isEmpty={list.value?.length === 0} empty="None.">
          {list.value?.map(job => (
            <Fragment key={job.position}>
              <tr>
                <td class="mono">{job.position}</td><td><Time ms={job.time} /></td><td>{job.priority}</td><td>{job.key}</td>
                <td class="right num">{job.failedAttempts}</td><td class="right num">{job.lostLeases}</td><td>{job.worker}</td>
                <td>{[job.deadReason, job.reason].filter(Boolean).join(": ")}</td>
                <td class="right nowrap">
                  <button class="quiet" aria-expanded={open === job.position} onClick={() => setOpen(open === job.position ? "" : job.position)}>Message</button>
                  <Cancel queue={queue} job={job} done={changed} />
                </td>
              </tr>
              {open === job.position && <tr><td colSpan={9}><Body isOpen load={() => messageOf(queue, job.position)} /></td></tr>}
            </Fragment>
          ))}
        </Table>
      </div>
      <More of={list} />
    </Panel>
  );
}

async function messageOf(queue: string, position: string) {
  const message = members(await send(get(`/queues/${segment(queue)}/jobs/${position}`)))?.["message"];
  return message === undefined ? undefined : rawOf(message);
}

function Cancel({ queue, job, done }: { queue: string; job: Job; done: () => void }) {
  const call: Call = { method: "DELETE", path: `/queues/${segment(queue)}/jobs/${job.position}` };
  return (
    <Action label="Cancel job" title={`Remove the job ${job.position}`} call={call} done={done} isDanger>
      <p>If a worker holds it, its lease is lost, and the worker is told at once.</p>
    </Action>
  );
}
