import { useState } from "preact/hooks";
import { ask, post, segment, type Call } from "../http/call";
import { newId } from "../http/ids";
import { isJson } from "../http/raw-json";
import { may, rights } from "../http/rights";
import { link } from "../http/route";
import type { Receipt } from "../http/types";
import { Action } from "../ui/action";
import { Field, Panel } from "../ui/parts";

/** Sends a message to any address, as the operator. */
export function SendPage({ address }: { address: string | undefined }) {
  const [to, setTo] = useState(address ?? "user:");
  const [type, setType] = useState("");
  const [body, setBody] = useState('{"text":"hello"}');
  const [receipt, setReceipt] = useState<Receipt & { to: string }>();

  // The same id for a second click, and for a retry after a lost answer: stored once.
  const [id, setId] = useState("");
  const call = callOf(to, type, body, id);
  const isTarget = /^(user|group|work):./.test(to);
  const mayNot = isTarget && !may("Send", to);
  const refused = !isTarget ? "An address is user:, group: or work: with a name." : !isJson(body) ? "The body is no JSON." : "";
  return (
    <>
      <h1>Send</h1>
      <Panel title="A message">
        <div class="row">
          <Field label="to"><input class="mono" value={to} onInput={e => setTo(e.currentTarget.value)} /></Field>
          <Field label="type"><input value={type} onInput={e => setType(e.currentTarget.value)} /></Field>
        </div>
        <Field label="body, in JSON; sent exactly as it is written">
          <textarea class="mono" rows={10} spellcheck={false} value={body} onInput={e => setBody(e.currentTarget.value)} />
        </Field>
        <div class="row">
          <Action label="Send" title={`Send to ${to}`} call={call} isPrimary refused={refused}
            opened={() => { setId(newId()); setReceipt(undefined); }}
            run={async signal => setReceipt({ ...await ask<Receipt>(call, { signal }), to })}>
            <p>The sender is {rights.value?.user || "you"}.</p>
            {mayNot && <p class="warn">You may not have the right to send to {to}.</p>}
          </Action>
          {receipt && (
            <p role="status" class="good">Stored at <a class="mono" href={link("addresses", receipt.to, receipt.position)}>{receipt.position}</a></p>
          )}
        </div>
      </Panel>
    </>
  );
}

// Composed as text: a number of the body keeps all its digits.
function callOf(to: string, type: string, body: string, id: string): Call {
  const fields = [`"id":${JSON.stringify(id)}`, ...(type ? [`"type":${JSON.stringify(type)}`] : []), `"body":${body.trim()}`];
  return post(`/addresses/${segment(to)}/messages`, `{${fields.join(",")}}`);
}
