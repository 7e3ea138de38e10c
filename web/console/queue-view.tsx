import { useEffect, useState } from "preact/hooks";
import { QUEUE, type Person } from "./person";
import { ask } from "./server";
import { show } from "./snippets";

const INTERVAL = 1_500;
const STATES = ["ready", "delayed", "retrying", "leased", "blocked", "dead"] as const;
const NAMES = { ready: "ready", delayed: "delayed", retrying: "waiting for a retry", leased: "with a worker", blocked: "blocked", dead: "dead letters" };

type Info = Record<(typeof STATES)[number], number> & { totals: { completed: number } };

/** The work queue that the development settings declare. */
export function QueueView({ people }: { people: readonly Person[] }) {
  const [info, setInfo] = useState<Info>();
  const [error, setError] = useState("");
  const refresh = async () => {
    try {
      setInfo(await ask<Info>("alice", "GET", `/queues/${QUEUE}`));
      setError("");
    } catch (e) {
      setError((e as Error).message);
    }
  };
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => { if (document.visibilityState === "visible") void refresh(); }, INTERVAL);
    return () => clearInterval(timer);
  }, []);
  const redrive = async () => {
    show("Redrive dead letters", "alice");
    try {
      for (let next: string | null = ""; next !== null;) {
        const query: string = next ? `?next=${encodeURIComponent(next)}` : "";
        ({ next } = await ask<{ next: string | null }>("alice", "POST", `/queues/${QUEUE}/redrive${query}`));
      }
    } catch (e) {
      return setError((e as Error).message);
    }

    await refresh();
  };
  const isIdle = info && info.ready > 0 && !people.some(person => person.isWorking.value);
  const says = error || (isIdle ? "Nobody works on this queue. Press “Work on demo”." : "");
  return (
    <section class="panel queue" aria-label={`Queue ${QUEUE}`}>
      <h2><code>{QUEUE}</code></h2>
      <dl class="row">
        {info && STATES.filter(state => info[state] > 0 || state === "ready" || state === "dead").map(state => (
          <div key={state} class={state === "dead" && info[state] > 0 ? "bad" : ""}><dd class="num">{info[state]}</dd><dt>{NAMES[state]}</dt></div>
        ))}
        {info && <div><dd class="num">{info.totals.completed}</dd><dt>completed</dt></div>}
      </dl>
      <span class="grow" />
      <button onClick={() => show("Look into a queue", "alice")}>Code</button>
      <button onClick={() => void redrive()} disabled={!info?.dead}>Redrive dead letters</button>
      {says && <p class="says dim">{says}</p>}
    </section>
  );
}
