import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Address } from "@wsmq/client";
import { dateAndTime, timeOfDay } from "../shared/time";
import { GROUP, groupError, memberNames, setMember } from "./group";
import { QUEUE, type Held, type Line, type Person } from "./person";
import { push } from "./server";
import { show } from "./snippets";

const ACTIONS: Record<string, string> = { user: "Send a message", group: "Send to a group", work: "Enqueue a job" };

/** One user: the state of the connection, a field to send, what was sent and received. */
export function PersonView({ person, other, hasFocus }: { person: Person; other: string; hasFocus: boolean }) {
  const isMember = memberNames.value.includes(person.name);
  const { name } = person;
  const setOffline = () => {
    show("Go offline and return", name);
    person.setOffline(!person.isOffline.value);
  };
  const setGroup = () => {
    show("Join and leave a group", name);
    void setMember(name, !isMember);
  };
  const setWorking = () => {
    show("Work on jobs", name);
    void person.setWorking(!person.isWorking.value);
  };
  const pushLive = () => {
    show("Push live", name);
    void person.attempt(push(name, "hello"));
  };
  return (
    <section class="panel person" aria-label={name} data-user={name}>
      <div class="head">
        <h2>{name}</h2>
        <State person={person} />
        <span class="grow" />
        <button class={person.isOffline.value ? "primary" : ""} onClick={setOffline}>{person.isOffline.value ? "Go online" : "Go offline"}</button>
      </div>
      <Composer person={person} other={other} hasFocus={hasFocus} />
      <Lines person={person} />
      {person.isWorking.value && <Jobs jobs={person.jobs.value} />}
      <div class="foot">
        <button onClick={setGroup}>{isMember ? `Leave ${GROUP}` : `Join ${GROUP}`}</button>
        <button onClick={setWorking}>{person.isWorking.value ? "Stop working" : "Work on demo"}</button>
        <button onClick={pushLive} title="What an app on the server does: not stored, only for clients that are connected now">Push live</button>
        <span class="grow bad">{groupError.value}</span>
        <button class="quiet" onClick={() => person.clear()}>Clear</button>
      </div>
    </section>
  );
}

function State({ person }: { person: Person }) {
  const state = person.state.value;
  const kind = state === "connected" ? "good" : state === "stopped" ? "bad" : "warn";
  return <span class={`pill ${kind}`} role="status" title={person.why.value}>{person.isOffline.value ? "offline" : state}</span>;
}

function Composer({ person, other, hasFocus }: { person: Person; other: string; hasFocus: boolean }) {
  const [to, setTo] = useState<Address>(`user:${other}`);
  const [text, setText] = useState("hello");
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (hasFocus) field.current?.select();
  }, []);
  const send = () => {
    if (!text) return;
    show(ACTIONS[to.split(":")[0]!]!, person.name, text);
    void person.send(to, text);
    field.current?.select();
  };
  return (
    <div class="composer">
      <select aria-label={`Receiver of ${person.name}'s message`} value={to} onChange={e => setTo(e.currentTarget.value as Address)}>
        {[`user:${other}`, `user:${person.name}`, `group:${GROUP}`, QUEUE].map(address => <option key={address}>{address}</option>)}
      </select>
      <input ref={field} class="grow" aria-label={`Text of ${person.name}'s message`} value={text} maxLength={2000}
        onInput={e => setText(e.currentTarget.value)} onKeyDown={e => { if (e.key === "Enter" && !e.isComposing) send(); }} />
      <button class="primary" onClick={send}>Send</button>
    </div>
  );
}

function Lines({ person }: { person: Person }) {
  const lines = person.lines.value;
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => { list.current!.scrollTop = list.current!.scrollHeight; }, [lines.length]);
  return (
    <ol class="lines" ref={list} aria-live="polite" aria-label={`Messages of ${person.name}`} tabIndex={0}>
      {lines.length === 0 && <li class="empty dim">{`Nothing yet. Messages to user:${person.name} and group:${GROUP} arrive here.`}</li>}
      {lines.map(line => <LineView key={line.number} line={line} />)}
    </ol>
  );
}

const MARKS = { sent: "to", received: "from", live: "", notice: "" };

function LineView({ line }: { line: Line }) {
  return (
    <li class={`line ${line.kind} arrives`}>
      <time class="dim num" title={line.arrivedAt === undefined ? undefined : `sent ${dateAndTime(line.at)}, arrived ${dateAndTime(line.arrivedAt)}`}>{timeOfDay(line.at)}</time>
      <div class="grow">
        {line.who && <span class="who">{MARKS[line.kind]} {line.who}</span>}
        <span class="text">{line.text}</span>
        {line.state === "failed" && <div class="bad">{line.detail}</div>}
      </div>
      {line.state === "waiting" && <span class="dim">waits</span>}
      {line.state === "stored" && <span class="good" title={`stored at position ${line.detail}`}>stored</span>}
      {line.kind === "received" && <span class="dim" title={`position ${line.detail}`}>acknowledged</span>}
    </li>
  );
}

function Jobs({ jobs }: { jobs: readonly Held[] }) {
  return (
    <ul class="jobs" aria-label="Jobs in progress">
      {jobs.length === 0 && <li class="dim">Waiting for jobs of {QUEUE}.</li>}
      {jobs.map(held => (
        <li key={held.position} class="row">
          <span class="grow">{held.text} <span class="dim">attempt {held.job.attempt}</span></span>
          <button onClick={held.complete}>Complete</button>
          <button onClick={held.fail} title="Tried again after a while">Fail</button>
          <button class="danger" onClick={held.reject} title="Never again: a dead letter">Reject</button>
        </li>
      ))}
    </ul>
  );
}
