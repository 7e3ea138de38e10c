import { ask, get, segment, send } from "../http/call";
import { may } from "../http/rights";
import { link } from "../http/route";
import type { Life, LifeEvent } from "../http/types";
import { Body, rawOf } from "../ui/body";
import { useLoad } from "../ui/load";
import { AddressLink, bytes, Failure, Figure, Panel, Time, UserLink } from "../ui/parts";
import { dateAndTime } from "../../shared/time";

const KINDS: Record<string, string> = { deadLettered: "dead-lettered" };
const COLORS: Record<string, string> = { acknowledged: "good", waiting: "warn", failed: "bad", deadLettered: "bad", expired: "warn", lost: "bad" };

/** One message: what has happened to it, and what is in it. */
export function MessagePage({ address, position }: { address: string; position: string }) {
  const path = `/addresses/${segment(address)}/entries/${segment(position)}`;
  const life = useLoad(path, signal => ask<Life>(get(`${path}/life`), { signal }));
  const entry = life.value?.entry;
  return (
    <>
      <div class="row"><h1 class="grow">Message <span class="mono">{position}</span></h1><button onClick={life.reload}>Reload</button></div>
      <p class="dim">in <AddressLink address={address} /></p>
      <Failure of={life} />
      {entry && (
        <dl class="figures panel">
          <Figure name="id" value={<span class="mono">{entry.id ?? "corrupt"}</span>} />
          <Figure name="sender" value={entry.sender ? <UserLink user={entry.sender} /> : "app"} />
          <Figure name="type" value={entry.type ?? "–"} />
          <Figure name="size" value={bytes(entry.size)} />
          <Figure name="sent" value={entry.sentAt === null ? "–" : dateAndTime(entry.sentAt)} />
          {entry.stateKey && <Figure name={entry.removeState ? "removes the state" : "state"} value={<span class="mono">{entry.stateKey}</span>} />}
          {typeof entry.expiresAt === "number" && <Figure name="expires" value={dateAndTime(entry.expiresAt)} />}
        </dl>
      )}
      {life.value && (
        <Panel title="Life">
          {!life.value.stored && <p class="warn">It is not stored any more.</p>}
          <ol class="life">{life.value.events.map((event, i) => <Event key={i} event={event} />)}</ol>
          {life.value.mayBeMore && <p class="dim">The group has more members than are looked at.</p>}
        </Panel>
      )}
      {may("ReadBody", address) && (
        <Panel title="Body"><Body size={entry?.size} load={async () => rawOf(await send(get(path)))} /></Panel>
      )}
    </>
  );
}

function Event({ event }: { event: LifeEvent }) {
  const { at, kind, user, device, attempts, reason, deadLetter } = event;
  return (
    <li class={COLORS[kind] ?? ""}>
      <b>{KINDS[kind] ?? kind}</b>
      {user && <span>{user}{device && `, ${device}`}</span>}
      {attempts !== undefined && <span class="dim">{attempts === 1 ? "1 attempt" : `${attempts} attempts`}</span>}
      {reason && <span class="dim">{reason}</span>}
      {deadLetter && <a href={`${link("dead-letters")}?user=${encodeURIComponent(user ?? "")}`}>dead letter</a>}
      {at !== null && <span class="dim"><Time ms={at} /></span>}
    </li>
  );
}
