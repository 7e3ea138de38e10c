import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { ask, get, named, type Query, segment, send } from "../http/call";
import { members } from "../http/raw-json";
import { may } from "../http/rights";
import { route } from "../http/route";
import type { DeadLetter, DeadLetterPage, Filter } from "../http/types";
import { Action } from "../ui/action";
import { Body, rawOf } from "../ui/body";
import { usePages } from "../ui/load";
import { AddressLink, bytes, Failure, Field, More, Panel, Table, Time, UserLink } from "../ui/parts";
import { Runs, StartRun } from "./runs";

const SIZE = 50;
const TEXTS = ["user", "source", "type", "reason"] as const;

/** What devices could not handle, of all users: found, looked at, replayed, removed, one by one or all that match. */
export function DeadLettersPage() {
  const user = route.value.query.get("user");
  const [filter, setFilter] = useState<Filter>(user ? { user } : {});
  const [runs, setRuns] = useState(0);
  const list = usePages(JSON.stringify(filter), async (next, signal) => {
    const page = await ask<DeadLetterPage>(get("/dead-letters", { ...filter as Query, next, max: SIZE }), { signal });
    return { items: page.deadLetters, next: page.next };
  });
  const started = () => setRuns(n => n + 1);
  const actions = (
    <>
      {may("Replay") && <StartRun action="replay" filter={filter} started={started} />}
      {may("Remove") && <StartRun action="remove" filter={filter} started={started} />}
      <button onClick={list.reload}>Reload</button>
    </>
  );
  return (
    <>
      <h1>Dead letters</h1>
      <Runs round={runs} changed={list.reload} />
      <Panel title="Dead letters" actions={actions} isFlush>
        <Filters filter={filter} apply={setFilter} />
        <Failure of={list} />
        <Letters list={list.value ?? []} isEmpty={list.value?.length === 0} hasMore={list.hasMore} changed={list.reload} />
        <More of={list} />
      </Panel>
    </>
  );
}

function Filters({ filter, apply }: { filter: Filter; apply: (filter: Filter) => void }) {
  const [draft, setDraft] = useState(filter);
  const set = (name: keyof Filter, value: string | number | undefined) => {
    const { [name]: _, ...others } = draft;
    setDraft(value === undefined || value === "" ? others : { ...others, [name]: value });
  };
  return (
    <div class="row filters">
      {TEXTS.map(name => (
        <Field key={name} label={name}>
          <input value={draft[name] ?? ""} onInput={e => set(name, e.currentTarget.value)} onKeyDown={e => { if (e.key === "Enter") apply(draft); }} />
        </Field>
      ))}
      {(["from", "to"] as const).map(name => (
        <Field key={name} label={name}>
          <input type="datetime-local" step="1" onInput={e => set(name, e.currentTarget.value ? Date.parse(e.currentTarget.value) : undefined)} />
        </Field>
      ))}
      <button onClick={() => apply(draft)}>Filter</button>
    </div>
  );
}

function Letters({ list, isEmpty, hasMore, changed }: { list: DeadLetter[]; isEmpty: boolean; hasMore: boolean; changed: () => void }) {
  const [open, setOpen] = useState("");
  return (
    <Table label="Dead letters" columns={["User", "Source", "Device", "Type", "Reason", "#Attempts", "Since", "#Size", "Begins with", ""]}
      isEmpty={isEmpty} empty={hasMore ? "None so far. The scan goes on with More." : "None."}>
      {list.map(letter => {
        const key = `${letter.user} ${letter.id}`;
        return (
          <Fragment key={key}>
            <tr>
              <td><UserLink user={letter.user} /></td><td><AddressLink address={letter.source} /></td><td>{letter.device}</td><td>{letter.type}</td>
              <td>{letter.reason}</td><td class="right num">{letter.attempts}</td><td><Time ms={letter.deadLetteredAt} /></td>
              <td class="right num">{letter.size === undefined ? "–" : bytes(letter.size)}</td><td class="preview mono">{letter.preview}</td>
              <td class="right nowrap"><LetterActions letter={letter} isOpen={open === key} toggle={() => setOpen(open === key ? "" : key)} changed={changed} /></td>
            </tr>
            {open === key && <tr><td colSpan={10}><Body isOpen load={() => messageOf(letter)} /></td></tr>}
          </Fragment>
        );
      })}
    </Table>
  );
}

function LetterActions({ letter, isOpen, toggle, changed }: { letter: DeadLetter; isOpen: boolean; toggle: () => void; changed: () => void }) {
  const target = `user:${letter.user}`;
  const path = `/users/${named("user", letter.user)}/dead-letters/${segment(letter.id)}`;
  return (
    <>
      {may("ReadBody", target) && <button class="quiet" aria-expanded={isOpen} onClick={toggle}>Message</button>}
      {may("Replay", target) && (
        <Action label="Replay" title="Send this dead letter again" call={{ method: "POST", path: `${path}/replay` }} done={changed}>
          <p>It becomes a new message in the queue of {letter.user}, and is no dead letter any more.</p>
        </Action>
      )}
      {may("Remove", target) && (
        <Action label="Discard" title="Remove this dead letter" call={{ method: "DELETE", path }} done={changed} isDanger><p>It is gone for good.</p></Action>
      )}
    </>
  );
}

async function messageOf(letter: DeadLetter) {
  const text = await send(get(`/users/${named("user", letter.user)}/dead-letters/${segment(letter.id)}`));
  const message = members(text)?.["message"];
  return message === undefined ? undefined : rawOf(message);
}
