import { fromWire, type Address, type Wire } from "../messages.js";
import type { HistoryPage, HistoryQuery, ReadPage } from "./types.js";

/** The query of the page after one that has a next one. */
export const following = (query: HistoryQuery, { next }: HistoryPage<unknown>): HistoryQuery =>
  ({ ...query, [query.newest ? "before" : "after"]: next });

/** Fields without a value are not sent: the server would refuse them. */
export const onWire = (query: HistoryQuery): HistoryQuery =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));

export const pageOf = <Any>({ entries, ...page }: HistoryPage<Wire>): HistoryPage<Any> =>
  ({ ...page, entries: entries.map(one => fromWire<Any>(one)) });

/** All messages of a query; a page is read when those of the one before it are used up. */
export async function* allOf<Any>(read: ReadPage<Any>, source: Address, query: HistoryQuery): AsyncGenerator<Any, void, undefined> {
  for (let rest = query; ;) {
    const page = await read(source, rest);
    yield* page.entries;
    if (page.next === null) return;
    rest = following(rest, page);
  }
}
