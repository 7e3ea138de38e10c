import { useEffect, useRef, useState } from "preact/hooks";
import { curlOf, get, segment } from "../http/call";
import { events } from "../http/events";
import { isFinal, textOf } from "../http/problem";
import { go, link } from "../http/route";
import { isUnknown, sessions } from "../http/session";
import type { Entry } from "../http/types";
import { AddressLink, bytes, Field, Panel, StateMark, Table, Time } from "../ui/parts";
import { Copy } from "../../shared/copy";

const MOST = 500;
const WAIT = 2_000;

/** New entries of an address as they are stored. */
export function TailPage({ address }: { address: string | undefined }) {
  const [name, setName] = useState(address ?? "user:");
  const open = () => { if (name.includes(":")) go(link("tail", name)); };
  return (
    <>
      <h1>Live tail</h1>
      <div class="row">
        <Field label="address"><input class="mono" value={name} onInput={e => setName(e.currentTarget.value)} onKeyDown={e => { if (e.key === "Enter") open(); }} /></Field>
        <button class="primary" onClick={open}>Follow</button>
      </div>
      {address && <Tail address={address} />}
    </>
  );
}

function Tail({ address }: { address: string }) {
  const [list, setList] = useState<readonly Entry[]>([]);
  const [state, setState] = useState("connecting");
  const [isPaused, setPaused] = useState(false);
  const [isEnded, setEnded] = useState(false);
  const [round, setRound] = useState(0);
  const last = useRef("");
  const call = get(`/addresses/${segment(address)}/events`);
  useEffect(() => {
    if (isPaused) return setState("paused");
    const aborted = new AbortController();
    setEnded(false);
    const follow = async () => {
      for (; !aborted.signal.aborted; await new Promise(resolve => setTimeout(resolve, WAIT))) {
        if (isUnknown.value) continue;
        const session = sessions.value;
        try {
          for await (const event of events(call, last.current, aborted.signal, () => setState("connected"))) {
            if (event.id) last.current = event.id;
            if (event.name === "message" && event.data) setList(before => [JSON.parse(event.data) as Entry, ...before].slice(0, MOST));
          }
          setState("reconnecting");
        } catch (e) {
          if (aborted.signal.aborted) return;
          setState(textOf(e));
          if (isFinal(e) && !isUnknown.value && session === sessions.value) return setEnded(true);
        }
      }
    };
    void follow();
    return () => aborted.abort();
  }, [isPaused, round]);
  const actions = (
    <>
      <span class={`pill ${state === "connected" ? "good" : "warn"}`} role="status">{state}</span>
      {isEnded
        ? <button onClick={() => setRound(n => n + 1)}>Try again</button>
        : <button onClick={() => setPaused(!isPaused)}>{isPaused ? "Continue" : "Pause"}</button>}
      <button onClick={() => setList([])}>Clear</button>
      <Copy text={curlOf(call).replace("curl -sS", "curl -sSN")} label="Copy as curl" />
    </>
  );
  return (
    <Panel title={`New entries of ${address}`} actions={actions} isFlush>
      <Table label="New entries" columns={["Position", "Stored", "Sender", "Type", "#Size", "Begins with"]} isEmpty={list.length === 0} empty="Nothing has arrived since the page was opened.">
        {list.map(entry => (
          <tr key={entry.position} class="arrives">
            <td><a class="mono" href={link("addresses", address, entry.position)}>{entry.position}</a></td>
            <td><Time ms={entry.storedAt ?? entry.sentAt} isExact /></td><td>{entry.sender ?? <span class="dim">app</span>}</td>
            <td>{entry.type}<StateMark of={entry} /></td>
            <td class="right num">{bytes(entry.size)}</td><td class="preview mono">{entry.preview}</td>
          </tr>
        ))}
      </Table>
      <p class="hidden-label"><AddressLink address={address} /></p>
    </Panel>
  );
}
