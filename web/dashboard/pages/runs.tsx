import { useRef, useState } from "preact/hooks";
import { ask, get, post } from "../http/call";
import { newId } from "../http/ids";
import { textOf } from "../http/problem";
import { may } from "../http/rights";
import type { Count, Filter, Runs as Found } from "../http/types";
import { Action } from "../ui/action";
import { useLoad } from "../ui/load";
import { Failure, Field, number, Panel, Table, Time } from "../ui/parts";
import { dateAndTime } from "../../shared/time";

const INTERVAL = 1_000;
const WORDS = { replay: "Replay", remove: "Discard" } as const;
const wordOf = (action: string) => WORDS[action as keyof typeof WORDS] ?? action;

/** In words: what a filter selects. */
export function described(filter: Filter): string {
  const parts = (["user", "source", "type", "reason"] as const).filter(name => filter[name]).map(name => `${name} ${filter[name]}`);
  if (filter.from) parts.push(`since ${dateAndTime(filter.from)}`);
  if (filter.to) parts.push(`until ${dateAndTime(filter.to)}`);
  return parts.length > 0 ? parts.join(", ") : "all, of all users";
}

/**
 * Starts a run over all that match. The server counts them when the dialog opens, and the run means those: what arrives later is left
 * alone. The id of the run is made then, too, so that a second click starts no second run.
 */
export function StartRun({ action, filter, started }: { action: "replay" | "remove"; filter: Filter; started: () => void }) {
  const [counted, setCounted] = useState<{ count: number; until: number }>();
  const [perSecond, setPerSecond] = useState(100);
  const [error, setError] = useState("");
  const [id, setId] = useState("");
  const counting = useRef<AbortController | undefined>(undefined);
  const cancelled = () => counting.current?.abort();
  const call = post("/dead-letters/runs", { id, action, filter, until: counted?.until ?? 0, perSecond });
  const count = async () => {
    const { signal } = counting.current = new AbortController();
    setId(newId());
    setCounted(undefined);
    setError("");
    try {
      const found = await ask<Count>(post("/dead-letters/count", filter), { signal });
      if (!signal.aborted) setCounted(found);
    } catch (e) {
      if (!signal.aborted) setError(textOf(e));
    }
  };
  return (
    <Action label={`${WORDS[action]} all…`} title={`${WORDS[action]} all that match`} call={call} done={started} opened={() => void count()} cancelled={cancelled}
      isDanger={action === "remove"} isReady={!!counted && counted.count > 0 && perSecond > 0}>
      <dl class="meant">
        <div><dt>Filter</dt><dd>{described(filter)}</dd></div>
        <div><dt>Dead letters</dt><dd><strong class="num">{counted ? number(counted.count) : "being counted…"}</strong>{counted && `, until ${dateAndTime(counted.until)}`}</dd></div>
      </dl>
      {error && <p class="bad" role="alert">{error}</p>}
      <Field label="at most this many a second">
        <input type="number" min={1} max={10_000} value={perSecond} onInput={e => setPerSecond(e.currentTarget.valueAsNumber)} />
      </Field>
      <p>What arrives after the count is left alone. The run goes on when this page is closed.{action === "remove" && " What is discarded is gone for good."}</p>
    </Action>
  );
}

/** The runs of the deployment. */
export function Runs({ round, changed }: { round: number; changed: () => void }) {
  const wereRunning = useRef(0);
  const runs = useLoad(`runs ${round}`, async (signal, isQuiet) => {
    const { runs: found } = await ask<Found>(get("/dead-letters/runs"), { signal, isQuiet });
    const running = found.filter(run => run.state === "running").length;
    if (running < wereRunning.current) changed();
    wereRunning.current = running;
    return found;
  }, INTERVAL);
  if (!runs.error && !runs.value?.length) return null;
  return (
    <Panel title="Runs" isFlush>
      <Failure of={runs} />
      <Table label="Runs" columns={["Run", "Filter", "State", "Progress", "#Failed", "#Per second", "Started", "By", ""]} isEmpty={runs.value?.length === 0} empty="None.">
        {runs.value?.map(run => (
          <tr key={run.id}>
            <td title={run.id}>{wordOf(run.action)}</td><td>{described(run.filter)}</td>
            <td><span class={`pill ${run.state === "running" ? "" : run.state === "done" ? "good" : "warn"}`}>{run.state}</span></td>
            <td class="nowrap num">{run.counted || run.state !== "running"
              ? <><progress value={run.done + run.failed} max={run.total || 1} aria-label="Progress" /> {number(run.done)} of {number(run.total)}</>
              : <>counting: {number(run.total)} so far</>}
            </td>
            <td class={`right num ${run.failed > 0 ? "bad" : ""}`}>{number(run.failed)}</td><td class="right num">{run.perSecond}</td>
            <td><Time ms={run.startedAt} /></td><td>{run.startedBy}</td>
            <td class="right">{run.state === "running" && may(run.action === "replay" ? "Replay" : "Remove") && (
              <Action label="Stop" title="Stop the run" call={{ method: "DELETE", path: `/dead-letters/runs/${run.id}` }} done={runs.reload}>
                <p>What it has done stays done.</p>
              </Action>
            )}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
