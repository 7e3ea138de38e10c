import { useRef } from "preact/hooks";
import { ask, get } from "../http/call";
import { link } from "../http/route";
import type { MessageStatus, Receipt } from "../http/types";
import { useLoad } from "../ui/load";
import { Failure, number, Panel, Time } from "../ui/parts";

const INTERVAL = 2000;

const COLORS: Record<string, string> = { acknowledged: "good", stored: "dim", expired: "warn", skipped: "warn", "dead-lettered": "bad", lost: "bad" };

// Of a group, further members may acknowledge it.
const isFinal = ({ to, state }: MessageStatus) => to.startsWith("user:") && state !== "stored" && state !== "delivered";

/** What becomes of a message that the operator has sent with `track`, for as long as it is shown. */
export function Tracked({ to, receipt: { position, id } }: { to: string; receipt: Receipt }) {
  const last = useRef<MessageStatus | null>(null);
  const query = position ? { to, position } : { to, id };
  const status = useLoad(`${to} ${position || id}`, async (signal, isRepeated) => {
    if (isRepeated && last.current && isFinal(last.current)) return last.current;
    return last.current = await ask<MessageStatus | null>(get("/messages/status", query), { signal, isQuiet: isRepeated });
  }, INTERVAL);
  const { value } = status;
  return (
    <Panel title="Status">
      <Failure of={status} />
      {value === null && <p class="dim">{position ? "Its status is not stored any more." : "It is not in the log yet."}</p>}
      {value && (
        <>
          <p>
            <b class={COLORS[value.state] ?? ""}>{value.state}</b>
            {" "}delivered to {number(value.delivered)}, acknowledged by {number(value.acknowledged)}
            {value.deadLettered > 0 && <>, a dead letter of {number(value.deadLettered)}</>}
            {" – "}<a href={link("addresses", to, value.position)}>life of the message</a>
          </p>
          {!!value.readers?.length && (
            <ul class="life" aria-label="Devices">
              {value.readers.map(({ device, state, deliveredAt, acknowledgedAt, endedAt }) => (
                <li key={device} class={COLORS[state] ?? ""}>
                  <b>{state}</b><span>{device}</span><span class="dim"><Time ms={acknowledgedAt ?? endedAt ?? deliveredAt} /></span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Panel>
  );
}
