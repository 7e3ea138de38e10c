const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

export const timeOfDay = (ms: number) => clock.format(ms);
export const dateAndTime = (ms: number) => full.format(ms);

const UNITS = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"], [1_000, "s"]] as const;

/** A length of time in its largest unit: `3 min`, `250 ms`. */
export function duration(ms: number): string {
  for (const [length, name] of UNITS) if (ms >= length) return `${Math.floor(ms / length)} ${name}`;
  return `${Math.round(ms)} ms`;
}
