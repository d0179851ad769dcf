import type { Device } from "./gpu-devices.ts";

/** What a run wants of these devices: one that has room for it, or each of them. */
export interface Wanted {
  readonly devices: readonly Device[];
  readonly which: "one" | "each";
  /** null: all of it. */
  readonly memoryMiB: number | null;
}

/** What somebody has of one device. */
export interface Share {
  readonly key: string;
  /** null: all of it. */
  readonly memoryMiB: number | null;
}

/** Somebody who wants GPUs, waits for them or has them. */
export interface Claim {
  readonly id: string;
  /** Keys of the devices that come into question. */
  readonly keys: readonly string[];
  /** Its number in the queue; null while it is being drawn. */
  readonly ticket: number | null;
  /** null while it waits. */
  readonly shares: readonly Share[] | null;
}

export type Turn<C extends Claim> =
  | { readonly kind: "go"; readonly shares: readonly Share[] }
  /** `holders` have what is wanted, `before` come first. */
  | { readonly kind: "wait"; readonly holders: readonly C[]; readonly before: readonly C[] };

/**
 * Whether it is the turn of the one with this ticket, and what it gets. First come, first served among those who
 * want the same devices: nobody who needs much is passed by for ever by those who need little.
 */
export function turnOf<C extends Claim>(
  mine: { readonly id: string; readonly ticket: number },
  wanted: Wanted,
  others: readonly C[],
): Turn<C> {
  const keys = new Set(wanted.devices.map(({ key }) => key));
  const rivals = others.filter((one) => one.id !== mine.id && one.keys.some((key) => keys.has(key)));
  const holders = rivals.filter(({ shares }) => shares !== null);
  const waiting = rivals.filter(({ shares }) => shares === null);
  const before = waiting.filter((one) => comesBefore(one, mine));
  const taken = others.filter(({ id }) => id !== mine.id).flatMap(({ shares }) => shares ?? []);
  const shares = sharesFor(wanted, taken);
  if (shares !== null && before.length === 0) return { kind: "go", shares };
  return { kind: "wait", holders: shares === null ? holders : [], before };
}

/** Whoever is drawing a number may yet get a smaller one: that takes no time. */
function comesBefore(one: Claim, mine: { readonly id: string; readonly ticket: number }): boolean {
  if (one.ticket === null) return true;
  return one.ticket < mine.ticket || (one.ticket === mine.ticket && one.id < mine.id);
}

/** What there is room for beside what others have; null where there is none. */
export function sharesFor(wanted: Wanted, taken: readonly Share[]): readonly Share[] | null {
  const shares = wanted.devices.map((device) => shareOf(device, wanted.memoryMiB, taken));
  const possible = shares.filter((share) => share !== null);
  if (wanted.which === "one") return possible.length === 0 ? null : possible.slice(0, 1);
  return possible.length === shares.length ? possible : null;
}

/** A device that does not say how large it is cannot be shared. */
function shareOf({ key, gpu }: Device, memoryMiB: number | null, taken: readonly Share[]): Share | null {
  const ofOthers = taken.filter((one) => one.key === key);
  const total = gpu?.memoryMiB ?? null;
  if (memoryMiB === null || total === null) return ofOthers.length === 0 ? { key, memoryMiB: null } : null;
  const inUse = ofOthers.reduce((sum, one) => sum + (one.memoryMiB ?? Number.POSITIVE_INFINITY), 0);
  return inUse + memoryMiB <= total ? { key, memoryMiB } : null;
}
