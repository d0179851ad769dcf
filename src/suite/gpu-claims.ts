import { join } from "node:path";
import { z } from "zod";
import { bootId, isAlive, lifeOf, processNamespace, userOf } from "../adapters/files/life.ts";
import {
  placeShared,
  readShared,
  removeShared,
  type SharedFile,
  sharedNames,
  touchShared,
} from "../adapters/files/shared-directory.ts";
import type { Claim, Share } from "./gpu-turns.ts";
import { isOneLine } from "./one-line.ts";

/** Who wants GPUs, as all users of the machine may read it. */
export interface Claimant {
  readonly pid: number;
  readonly processStart: string | null;
  readonly boot: string | null;
  readonly processNamespace: string | null;
  readonly user: string | null;
  readonly suite: string;
  /** The repository's top level. */
  readonly directory: string;
  /** RFC 3339. */
  readonly since: string;
  readonly keys: readonly string[];
}

export interface StandingClaim extends Claim {
  readonly claimant: Claimant;
  /** A process that died while it had something: what it started may still be ending. */
  readonly alive: boolean;
}

/*
 * Who wants what, as files in a directory of all users: three for each, made one after the other and never changed,
 * so that nobody ever sees half of one, or misses one while it is replaced. Whoever has a claim and no ticket is
 * drawing one; whoever has a ticket and no lease waits.
 */
const SCHEMA = "gate/gpu-claim@1";
const CLAIM = ".claim.json";
const TICKET = ".ticket.json";
const LEASE = ".lease.json";
/** Where a holder's process cannot be asked for: it shows this often that it is there. */
export const HEARTBEAT_MS = 5_000;
const SILENT_MS = 60_000;
const MOST = 1e12;

export function claimantOf(
  told: Pick<Claimant, "user" | "suite" | "directory" | "since" | "keys">,
): Claimant {
  return {
    pid: process.pid,
    processStart: lifeOf(process.pid)?.start ?? null,
    boot: bootId(),
    processNamespace: processNamespace(),
    ...told,
  };
}

/** The id of the claim. */
export function placeClaim(directory: string, claimant: Claimant): string {
  for (;;) {
    const id = `${claimant.pid}-${crypto.randomUUID()}`;
    const text = JSON.stringify({ schema: SCHEMA, ...claimant }, null, 2);
    if (placeShared(join(directory, id + CLAIM), `${text}\n`)) return id;
  }
}

/** False where somebody else has put one there. */
export function placeTicket(directory: string, id: string, ticket: number): boolean {
  return placeShared(join(directory, id + TICKET), `${JSON.stringify({ ticket })}\n`);
}

/** False where somebody else has put one there. */
export function placeLease(directory: string, id: string, shares: readonly Share[]): boolean {
  return placeShared(join(directory, id + LEASE), `${JSON.stringify({ shares })}\n`);
}

export function touchClaim(directory: string, id: string, now: Date): void {
  touchShared(join(directory, id + CLAIM), now);
}

/** The claim last: without it the others mean nothing to anybody. */
export function withdraw(directory: string, id: string): void {
  for (const ending of [LEASE, TICKET, CLAIM]) removeShared(join(directory, id + ending));
}

/** All that count, and the names of files that make no sense. Claims of processes above this one do not count. */
export function readClaims(
  directory: string,
  now: Date,
): { readonly claims: readonly StandingClaim[]; readonly nonsense: readonly string[] } {
  const claims: StandingClaim[] = [];
  const nonsense: string[] = [];
  const above = ancestors();
  for (const id of sharedNames(directory, CLAIM)) {
    const file = readShared(join(directory, id + CLAIM));
    if (file === null) continue;
    const claim = file === "unreadable" ? null : standing(directory, id, file, now);
    if (claim === null) nonsense.push(id + CLAIM);
    else if (!isAbove(claim.claimant, above)) claims.push(claim);
  }
  return { claims, nonsense };
}

/** null where it makes no sense. */
function standing(directory: string, id: string, file: SharedFile, now: Date): StandingClaim | null {
  // what another user has put beside the claim is none of it
  const own = (ending: string) => {
    const found = readShared(join(directory, id + ending));
    return found === null || found === "unreadable" || found.owner !== file.owner ? null : found.text;
  };
  const claimant = parse(claimForm, file.text);
  if (claimant === null) return null;
  // this first: what is read of a dead one is final, so none that took a lease and died seems to have had nothing
  const alive = isThere(claimant, file, now);
  // then the lease: whoever ends in between then seems to wait, and not to draw
  const lease = own(LEASE);
  const ticket = own(TICKET);
  const drawn = ticket === null ? { ticket: null } : parse(ticketForm, ticket);
  const held = lease === null ? { shares: null } : parse(leaseForm, lease);
  if (drawn === null || held === null) return null;
  const { ticket: number } = drawn;
  return { id, keys: claimant.keys, ticket: number, shares: held.shares, claimant, alive };
}

/** Before the machine was started anew nothing counts; in another container only a sign of life does. */
function isThere(claimant: Claimant, { owner, modifiedMs }: SharedFile, now: Date): boolean {
  const { pid, processStart, boot } = claimant;
  if (boot !== null && boot !== bootId()) return false;
  if (claimant.processNamespace !== processNamespace()) return now.getTime() - modifiedMs < SILENT_MS;
  const user = userOf(pid);
  // nobody can claim in the name of another user's process
  return isAlive(pid, processStart) && (user === null || user === owner);
}

/** A suite may run gate itself: what the outer run has, the inner one uses along. */
function isAbove({ pid, processStart, processNamespace: where }: Claimant, above: ReadonlySet<string>) {
  return where === processNamespace() && above.has(`${pid} ${processStart}`);
}

function ancestors(): ReadonlySet<string> {
  const found = new Set<string>();
  for (let pid = lifeOf(process.pid)?.parent ?? null; pid !== null; ) {
    const life = lifeOf(pid);
    if (life === null) break;
    found.add(`${pid} ${life.start}`);
    pid = life.parent;
  }
  return found;
}

const text = z.string().min(1).max(4096).refine(isOneLine);
const count = z.number().int().positive().max(MOST);
const claimForm = z.object({
  schema: z.literal(SCHEMA),
  pid: count,
  processStart: text.nullable(),
  boot: text.nullable(),
  processNamespace: text.nullable(),
  user: text.nullable(),
  suite: text,
  directory: text,
  since: z.iso.datetime(),
  keys: z.array(text),
});
const ticketForm = z.object({ ticket: count });
const leaseForm = z.object({ shares: z.array(z.object({ key: text, memoryMiB: count.nullable() })) });

/** null where it has another form. */
function parse<T>(form: z.ZodType<T>, content: string): T | null {
  try {
    const parsed = form.safeParse(JSON.parse(content));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
