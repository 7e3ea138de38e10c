/** The position of an entry in its log: 16 digits. Compare positions of one source as strings; do not compute with them. */
export type Position = string;

/** Before every entry. */
export const START: Position = "0000000000000000";

const moved = (position: Position, by: bigint) => String(BigInt(position) + by).padStart(16, "0");

/** The highest position that a gap covers. */
export const justBelow = (position: Position) => moved(position, -1n);

export const next = (position: Position) => moved(position, 1n);

/** Whether a value that the app returned is a position. */
export const isPosition = (value: unknown): value is Position => typeof value === "string" && /^\d{16}$/.test(value);
