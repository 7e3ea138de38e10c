import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { timeOfDay } from "../shared/time";
import { frames, type Frame } from "./wire";

/** What goes over the two WebSockets. */
export function WireView() {
  const [withPings, setPings] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  const visible = frames.value.filter(frame => withPings || !frame.isPing);
  useLayoutEffect(() => { list.current!.scrollTop = list.current!.scrollHeight; }, [visible.length]);
  return (
    <section class="panel wire" aria-label="On the wire">
      <div class="head">
        <h2>On the wire</h2>
        <span class="grow" />
        <label class="row dim"><input type="checkbox" checked={withPings} onChange={e => setPings(e.currentTarget.checked)} />pings</label>
        <button class="quiet" onClick={() => { frames.value = []; }}>Clear</button>
      </div>
      <ol ref={list} class="mono" tabIndex={0} aria-label="Frames">
        {visible.map(frame => <FrameView key={frame.number} frame={frame} />)}
      </ol>
    </section>
  );
}

function FrameView({ frame }: { frame: Frame }) {
  return (
    <li class={frame.isSent ? "out" : "in"}>
      <span class="way">{frame.user} {frame.isSent ? "→" : "←"}</span>
      <b>{frame.name}</b> <span class="dim num">{timeOfDay(frame.at)}</span>
      <pre>{frame.text}</pre>
    </li>
  );
}
