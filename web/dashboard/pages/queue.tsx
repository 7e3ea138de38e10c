import { useState } from "preact/hooks";
import { ask, get, post, segment, type Call } from "../http/call";
import { may } from "../http/rights";
import { link } from "../http/route";
import { inSteps } from "../http/steps";
import type { Queue } from "../http/types";
import { Action } from "../ui/action";
import { useLoad } from "../ui/load";
import { bytes, Failure, Field, Figure, number } from "../ui/parts";
import { Jobs } from "./jobs";

const INTERVAL = 2_000;
const PURGED = ["waiting", "ready", "delayed", "retrying", "blocked", "dead"] as const;
const REASONS = ["", "rejected", "attempts-used-up", "leases-lost", "expired"] as const;

/** One work queue. Who may manage a queue may do all of this. */
export function QueuePage({ queue }: { queue: string }) {
  const path = `/queues/${segment(queue)}`;
  const info = useLoad(path, (signal, isQuiet) => ask<Queue>(get(path), { signal, isQuiet }), INTERVAL);
  const [report, setReport] = useState("");
  const [round, setRound] = useState(0);
  const changed = () => {
    info.reload();
    setRound(n => n + 1);
  };
  const inAll = (what: string) => (call: Call) => (signal: AbortSignal) => inSteps(call, count => setReport(`${number(count)} ${what}.`), signal);
  const found = info.value;
  return (
    <>
      <div class="row">
        <h1 class="mono">{queue}</h1>
        {found && (found.paused ? <span class="pill warn">paused</span> : <span class="pill good">running</span>)}
        <span class="grow" />
        {may("Send", queue) && <a class="button" href={link("send", queue)}>Send a job</a>}
        {found && (
          <>
            <Pause path={path} isPaused={found.paused} done={changed} />
            <Purge path={path} done={changed} run={inAll("removed")} />
            <Remaining path={path} kind="redrive" done={changed} run={inAll("made jobs again")} />
            <Remaining path={path} kind="remove-dead-letters" done={changed} run={inAll("removed")} />
            <Empty path={path} queue={queue} done={changed} run={inAll("removed")} />
          </>
        )}
      </div>
      <Failure of={info} />
      <p role="status" class={report ? "dim" : "hidden-label"}>{report}</p>
      {found && <Figures queue={found} />}
      <Jobs queue={queue} round={round} changed={changed} />
    </>
  );
}

interface Part {
  path: string;
  done: () => void;
  run: (call: Call) => (signal: AbortSignal) => Promise<unknown>;
}

function Pause({ path, isPaused, done }: { path: string; isPaused: boolean; done: () => void }) {
  return isPaused
    ? <Action key="resume" label="Resume" call={post(`${path}/resume`)} done={done}><p>Workers of all nodes get jobs again.</p></Action>
    : (
      <Action key="pause" label="Pause" call={post(`${path}/pause`)} done={done}>
        <p>No worker of any node gets a job until the queue is resumed. Jobs are still accepted.</p>
      </Action>
    );
}

function Purge({ path, done, run }: Part) {
  const [state, setState] = useState<(typeof PURGED)[number]>("waiting");
  const call: Call = { ...post(`${path}/purge`), query: { state } };
  return (
    <Action label="Purge…" title="Remove jobs that wait" call={call} run={run(call)} done={done} isDanger>
      <Field label="which jobs">
        <select value={state} onChange={e => setState(e.currentTarget.value as typeof state)}>{PURGED.map(name => <option key={name}>{name}</option>)}</select>
      </Field>
      <p>Jobs that workers hold stay, and so does what is sent after the first step.</p>
    </Action>
  );
}

function Remaining({ path, kind, done, run }: Part & { kind: "redrive" | "remove-dead-letters" }) {
  const [reason, setReason] = useState<(typeof REASONS)[number]>("");
  const [type, setType] = useState("");
  const filter = { ...(reason && { reason }), ...(type && { type }) };
  const call = post(`${path}/${kind}`, Object.keys(filter).length > 0 ? filter : undefined);
  const isRedrive = kind === "redrive";
  return (
    <Action label={isRedrive ? "Redrive…" : "Remove dead letters…"} title={isRedrive ? "Make jobs of dead letters again" : "Remove dead letters"}
      call={call} run={run(call)} done={done} isDanger={!isRedrive}>
      <div class="row">
        <Field label="reason">
          <select value={reason} onChange={e => setReason(e.currentTarget.value as typeof reason)}>
            {REASONS.map(name => <option key={name} value={name}>{name || "any"}</option>)}
          </select>
        </Field>
        <Field label="type of the message"><input value={type} onInput={e => setType(e.currentTarget.value)} /></Field>
      </div>
      <p>{isRedrive ? "They have all their attempts again." : "They are gone for good."} Dead letters that come later stay.</p>
    </Action>
  );
}

function Empty({ path, queue, done, run }: Part & { queue: string }) {
  const [typed, setTyped] = useState("");
  const call: Call = { method: "DELETE", path };
  return (
    <Action label="Delete all…" title="Remove all jobs and dead letters" call={call} run={run(call)} done={done} isDanger isReady={typed === queue}
      opened={() => setTyped("")}>
      <p>Also those that workers hold. The queue stays declared.</p>
      <Field label={`Type ${queue} to confirm`}><input value={typed} onInput={e => setTyped(e.currentTarget.value)} /></Field>
    </Action>
  );
}

function Figures({ queue }: { queue: Queue }) {
  return (
    <dl class="figures panel">
      {(["ready", "delayed", "leased", "retrying", "blocked"] as const).map(name => <Figure key={name} name={name} value={number(queue[name])} />)}
      <Figure name="dead letters" value={number(queue.dead)} kind={queue.dead > 0 ? "bad" : ""} />
      <Figure name="size" value={bytes(queue.bytes)} />
      <Figure name="completed" value={number(queue.totals["completed"] ?? 0)} />
      <Figure name="failed attempts" value={number(queue.totals["failedAttempts"] ?? 0)} />
      <Figure name="lost leases" value={number(queue.totals["lostLeases"] ?? 0)} />
    </dl>
  );
}
