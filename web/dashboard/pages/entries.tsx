import { useState } from "preact/hooks";
import { ask, get, segment, type Query } from "../http/call";
import { link } from "../http/route";
import type { Cursor, Entry, EntryPage } from "../http/types";
import { usePages } from "../ui/load";
import { bytes, Failure, Field, More, Panel, StateMark, Table, Time } from "../ui/parts";

const SIZE = 50;
const FILTERS = ["id", "sender", "type"] as const;

/** The entries of a log, and which devices have come how far. */
export function Entries({ address, cursors }: { address: string; cursors: Cursor[] }) {
  const [isNewest, setNewest] = useState(true);
  const [filter, setFilter] = useState<Query>({});
  const [draft, setDraft] = useState<Query>({});
  const list = usePages(JSON.stringify([address, isNewest, filter]), async (next, signal) => {
    const query = { ...filter, newest: isNewest ? true : undefined, max: SIZE, [isNewest ? "before" : "after"]: next };
    const page = await ask<EntryPage>(get(`/addresses/${segment(address)}/entries`, query), { signal });
    return { items: page.entries, next: page.next };
  });
  const apply = () => setFilter(draft);
  const actions = (
    <>
      <label class="row dim"><input type="checkbox" checked={isNewest} onChange={e => setNewest(e.currentTarget.checked)} />newest first</label>
      <button onClick={list.reload}>Reload</button>
    </>
  );
  return (
    <Panel title="Entries" actions={actions} isFlush>
      <div class="row filters">
        {FILTERS.map(name => (
          <Field key={name} label={name}>
            <input value={String(draft[name] ?? "")} onInput={e => setDraft({ ...draft, [name]: e.currentTarget.value })}
              onKeyDown={e => { if (e.key === "Enter") apply(); }} />
          </Field>
        ))}
        {(["from", "to"] as const).map(name => (
          <Field key={name} label={name}>
            <input type="datetime-local" step="1" onInput={e => setDraft({ ...draft, [name]: e.currentTarget.value ? Date.parse(e.currentTarget.value) : undefined })} />
          </Field>
        ))}
        <button onClick={apply}>Filter</button>
      </div>
      <Failure of={list} />
      <Table label="Entries" columns={["Position", "Stored", "Sender", "Type", "#Size", "Begins with"]} isEmpty={list.value?.length === 0}
        empty={list.hasMore ? "None so far. The scan goes on with More." : "None."}>
        {list.value?.map(entry => <EntryRow key={entry.position} address={address} entry={entry} cursors={cursors} />)}
      </Table>
      <More of={list} />
    </Panel>
  );
}

function EntryRow({ address, entry, cursors }: { address: string; entry: Entry; cursors: Cursor[] }) {
  const here = cursors.filter(cursor => cursor.position === entry.position);
  return (
    <tr>
      <td class="nowrap">
        <a class="mono" href={link("addresses", address, entry.position)} title={entry.id === null ? "corrupt" : `id ${entry.id}`}>{entry.position}</a>
        {here.map(cursor => <span key={`${cursor.user} ${cursor.device}`} class="mark" title="This device has acknowledged up to here">{cursor.user} {cursor.device}</span>)}
      </td>
      <td><Time ms={entry.storedAt ?? entry.sentAt} /></td><td>{entry.sender ?? <span class="dim">app</span>}</td>
      <td>{entry.type}<StateMark of={entry} /></td>
      <td class="right num">{bytes(entry.size)}</td>
      <td class="preview mono">{entry.preview}</td>
    </tr>
  );
}
