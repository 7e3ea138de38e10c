import { useState } from "preact/hooks";
import { ask, post, segment, type Call } from "../http/call";
import { newId } from "../http/ids";
import { isJson } from "../http/raw-json";
import { may, rights } from "../http/rights";
import { link } from "../http/route";
import type { Receipt } from "../http/types";
import { Action } from "../ui/action";
import { Field, Panel } from "../ui/parts";
import { Tracked } from "./tracked";
import { dateAndTime } from "../../shared/time";

/** Sends a message to any address, as the operator. */
export function SendPage({ address }: { address: string | undefined }) {
  const [to, setTo] = useState(address ?? "user:");
  const [type, setType] = useState("");
  const [body, setBody] = useState('{"text":"hello"}');
  const [delay, setDelay] = useState("");
  const [life, setLife] = useState("");
  const [stateKey, setStateKey] = useState("");
  const [isRemoval, setRemoval] = useState(false);
  const [expectedTail, setExpectedTail] = useState("");
  const [isForAnyDevice, setForAnyDevice] = useState(false);
  const [isTracked, setTracked] = useState(false);
  const [receipt, setReceipt] = useState<Receipt & { to: string; isTracked: boolean }>();

  // The same id for a second click, and for a retry after a lost answer: stored once.
  const [id, setId] = useState("");
  const canTrack = /^(user|group):/.test(to);
  const call = callOf(to, {
    id, type: type || undefined, body: isRemoval ? undefined : body, delay: millisecondsOf(delay), timeToLive: millisecondsOf(life),
    stateKey: stateKey || undefined, removeState: isRemoval || undefined, expectedTail: expectedTail.trim() || undefined,
    anyDevice: (isForAnyDevice && to.startsWith("user:")) || undefined, track: (isTracked && canTrack) || undefined,
  });
  const isTarget = /^(user|group|work):./.test(to);
  const mayNot = isTarget && !may("Send", to);
  const refused = !isTarget ? "An address is user:, group: or work: with a name."
    : !isRemoval && !isJson(body) ? "The body is no JSON."
    : isRemoval && !stateKey ? "A removal has a state key."
    : !/^(\d{16})?$/.test(expectedTail.trim()) ? "A position has 16 digits."
    : !isTime(delay) || !isTime(life) ? "A time is a number of seconds, or empty." : "";
  return (
    <>
      <h1>Send</h1>
      <Panel title="A message">
        <div class="row">
          <Field label="to"><input class="mono" value={to} onInput={e => setTo(e.currentTarget.value)} /></Field>
          <Field label="type"><input value={type} onInput={e => setType(e.currentTarget.value)} /></Field>
        </div>
        <div class="row">
          <Field label="waits for, in seconds"><input inputMode="decimal" value={delay} onInput={e => setDelay(e.currentTarget.value)} /></Field>
          <Field label="lives for, in seconds"><input inputMode="decimal" value={life} onInput={e => setLife(e.currentTarget.value)} /></Field>
        </div>
        <div class="row">
          <Field label="state key"><input class="mono" value={stateKey} onInput={e => setStateKey(e.currentTarget.value)} /></Field>
          <Field label="expected tail, a position">
            <input class="mono" inputMode="numeric" value={expectedTail} onInput={e => setExpectedTail(e.currentTarget.value)} />
          </Field>
          <label class="row dim">
            <input type="checkbox" checked={isRemoval} onChange={e => setRemoval(e.currentTarget.checked)} />removes the state of the key
          </label>
          {to.startsWith("user:") && (
            <label class="row dim">
              <input type="checkbox" checked={isForAnyDevice} onChange={e => setForAnyDevice(e.currentTarget.checked)} />for any one device
            </label>
          )}
          {canTrack && (
            <label class="row dim">
              <input type="checkbox" checked={isTracked} onChange={e => setTracked(e.currentTarget.checked)} />track
            </label>
          )}
        </div>
        <Field label="body, in JSON; sent exactly as it is written">
          <textarea class="mono" rows={10} spellcheck={false} value={body} disabled={isRemoval} onInput={e => setBody(e.currentTarget.value)} />
        </Field>
        <div class="row">
          <Action label="Send" title={`Send to ${to}`} call={call} isPrimary refused={refused}
            opened={() => { setId(newId()); setReceipt(undefined); }}
            run={async signal => setReceipt({ ...await ask<Receipt>(call, { signal }), to, isTracked: isTracked && canTrack })}>
            <p>The sender is {rights.value?.user || "you"}.</p>
            {mayNot && <p class="warn">You may not have the right to send to {to}.</p>}
          </Action>
          {receipt && (
            <p role="status" class="good">
              {receipt.position
                ? <>Stored at <a class="mono" href={link("addresses", receipt.to, receipt.position)}>{receipt.position}</a></>
                : <>Waits{receipt.dueAt ? ` until ${dateAndTime(receipt.dueAt)}` : ""}, under the id <span class="mono">{receipt.id}</span></>}
            </p>
          )}
        </div>
      </Panel>
      {receipt?.isTracked && <Tracked to={receipt.to} receipt={receipt} />}
    </>
  );
}

const isTime = (text: string) => /^(\d{1,9}(\.\d{1,3})?)?$/.test(text.trim());

const millisecondsOf = (text: string) => text.trim() === "" ? undefined : Math.round(Number(text) * 1000);

// Composed as text: a number of the body keeps all its digits.
function callOf(to: string, message: Record<string, string | number | boolean | undefined>): Call {
  const fields = Object.entries(message).flatMap(([name, value]) =>
    value === undefined ? [] : [`"${name}":${name === "body" ? String(value).trim() : JSON.stringify(value)}`]);
  return post(`/addresses/${segment(to)}/messages`, `{${fields.join(",")}}`);
}
