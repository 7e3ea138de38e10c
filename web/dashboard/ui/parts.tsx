import type { ComponentChildren } from "preact";
import { dateAndTime, duration, timeOfDay } from "../../shared/time";
import { link } from "../http/route";
import type { Entry } from "../http/types";
import type { Loaded, Paged } from "./load";

/** A section of a page. */
export function Panel({ title, actions, children, isFlush = false }: {
  title: string; actions?: ComponentChildren; children: ComponentChildren; isFlush?: boolean;
}) {
  return (
    <section class="panel" aria-label={title}>
      <div class="head"><h2>{title}</h2><span class="grow" />{actions}</div>
      <div class={isFlush ? "" : "content"}>{children}</div>
    </section>
  );
}

export function Failure({ of: { error } }: { of: Loaded<unknown> }) {
  return error ? <p class="bad notice" role="alert">{error}</p> : null;
}

/** A table. Wide ones scroll by themselves, also by keyboard. */
export function Table({ label, columns, children, empty, isEmpty }: {
  label: string; columns: readonly string[]; children: ComponentChildren; empty: string; isEmpty: boolean;
}) {
  return (
    <div class="table" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>{columns.map(name => <th key={name} scope="col" class={name.startsWith("#") ? "right" : ""}>{name.replace("#", "") || <span class="hidden-label">Actions</span>}</th>)}</tr>
        </thead>
        <tbody>{isEmpty ? <tr><td class="dim" colSpan={columns.length}>{empty}</td></tr> : children}</tbody>
      </table>
    </div>
  );
}

export function More({ of: list }: { of: Paged<unknown> }) {
  return list.hasMore ? <div class="more"><button onClick={list.more} disabled={list.isLoading}>{list.isLoading ? "Loading…" : "More"}</button></div> : null;
}

/** A time: how long ago, and exactly when it is pointed at. */
export function Time({ ms, isExact = false }: { ms: number | null | undefined; isExact?: boolean }) {
  if (ms === null || ms === undefined) return <span class="dim">–</span>;
  const age = Date.now() - ms;
  const text = isExact ? timeOfDay(ms) : age >= 0 ? `${duration(age)} ago` : `in ${duration(-age)}`;
  return <time dateTime={new Date(ms).toISOString()} title={dateAndTime(ms)} class="num nowrap">{text}</time>;
}

export const AddressLink = ({ address }: { address: string }) => <a class="mono" href={link("addresses", address)}>{address}</a>;
export const UserLink = ({ user }: { user: string }) => <a href={link("users", user)}>{user}</a>;

/** The key of the state that a message sets or removes. */
export function StateMark({ of: { stateKey, removeState } }: { of: Pick<Entry, "stateKey" | "removeState"> }) {
  if (!stateKey) return null;
  return <span class={removeState ? "mark removal" : "mark"}>{removeState ? "removes" : "state"} <span class="mono">{stateKey}</span></span>;
}

const UNITS = ["B", "KB", "MB", "GB"];

export function bytes(count: number): string {
  let unit = 0;
  for (; count >= 1000 && unit < UNITS.length - 1; unit++) count /= 1000;
  return `${unit === 0 ? count : count.toFixed(count < 10 ? 1 : 0)} ${UNITS[unit]}`;
}

const counting = new Intl.NumberFormat("en");
export const number = (value: number) => counting.format(Math.round(value));

/** Something a second: a small one is not none. */
export const rate = (value: number) => value >= 100 ? number(value) : value.toFixed(value > 0 && value < 10 ? 1 : 0);

/** A field with its name above it. */
export function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return <label class="field"><span>{label}</span>{children}</label>;
}

/** A number with its name. */
export function Figure({ name, value, kind = "" }: { name: string; value: ComponentChildren; kind?: string }) {
  return <div class={`figure ${kind}`}><dd class="num">{value}</dd><dt>{name}</dt></div>;
}
