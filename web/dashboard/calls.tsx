import { useState } from "preact/hooks";
import { Copy } from "../shared/copy";
import { curlOf, made, urlOf, type Made } from "./http/call";
import { API } from "./http/session";

/** What the page has asked of the API, each with its command for a terminal. */
export function Calls() {
  const [isOpen, setOpen] = useState(false);
  const [last] = made.value;
  if (!last) return null;
  return (
    <footer aria-label="Calls of the HTTP API">
      <div class="row">
        <button class="quiet" aria-expanded={isOpen} aria-controls="calls" onClick={() => setOpen(!isOpen)}>{isOpen ? "▾" : "▸"} Calls</button>
        {!isOpen && <Line made={last} />}
      </div>
      <ul id="calls" hidden={!isOpen}>{isOpen && made.value.map(one => <li key={one.number} class="row"><Line made={one} /></li>)}</ul>
    </footer>
  );
}

function Line({ made: { call, status, ms } }: { made: Made }) {
  const isGood = typeof status === "number" && status < 400;
  return (
    <>
      <code class="grow ellipsis">{call.method} {urlOf(call).slice(API.length)}</code>
      <span class={`num ${isGood ? "dim" : "bad"}`}>{status}</span>
      <span class="num dim">{Math.round(ms)} ms</span>
      <Copy text={curlOf(call)} label="Copy as curl" />
    </>
  );
}
