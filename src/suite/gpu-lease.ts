import { setTimeout as delay } from "node:timers/promises";
import { fileErrorCode, isDiskFull, refusalOfFileSystem } from "../adapters/files/files.ts";
import { makeSharedDirectory } from "../adapters/files/shared-directory.ts";
import { err, ok, type Result } from "../result.ts";
import {
  type Claimant,
  claimantOf,
  HEARTBEAT_MS,
  placeClaim,
  placeLease,
  placeTicket,
  readClaims,
  type StandingClaim,
  touchClaim,
  withdraw,
} from "./gpu-claims.ts";
import { type Share, type Turn, turnOf, type Wanted } from "./gpu-turns.ts";

export interface GpuLease {
  readonly shares: readonly Share[];
  readonly release: () => void;
}

export interface LeaseOptions {
  /** The same for every gate on this machine. */
  readonly directory: string;
  readonly claimant: Pick<Claimant, "user" | "suite" | "directory" | "since">;
  readonly wanted: Wanted;
  readonly patienceMs: number;
  readonly abort: AbortSignal;
  readonly now: () => Date;
  /** Called at every look, as long as it is not its turn. */
  readonly waiting: (standing: Waiting) => void;
  /** Called once for each file that makes no sense. */
  readonly puzzled: (file: string) => void;
}

export type Waiting = Omit<Extract<Turn<StandingClaim>, { kind: "wait" }>, "kind">;

export type NoLease =
  | { readonly kind: "interrupted" }
  /** `patienceMs` have passed. */
  | { readonly kind: "too-long"; readonly standing: Waiting }
  /** The directory cannot be used. */
  | { readonly kind: "unusable"; readonly reason: string };

const FIRST_LOOK_MS = 50;
const POLL_MS = 200;
/** How long what a killed holder had still counts as taken: its watchdog is ending what it had started. */
const SETTLING_MS = 1_000;
/** Somebody clears the directory again and again, or it is on a file system that tells of no owners. */
const MOST_ENTRIES = 100;

/**
 * Waits until the GPUs that are wanted are free, and takes them: Lamport's bakery, with files. A file belongs to one
 * process, so nothing has to be locked, and nobody has to take away what a dead process of another user has left.
 */
export async function takeGpuLease(options: LeaseOptions): Promise<Result<GpuLease, NoLease>> {
  try {
    return await new Queue(options).wait();
  } catch (error) {
    const reason = isUnusable(error) ? messageOf(error) : refusalOfFileSystem(error);
    if (reason === null) throw error;
    return err({ kind: "unusable", reason });
  }
}

class Unusable extends Error {}

/** ENOENT: the directory was taken away in this moment. */
function isUnusable(error: unknown): boolean {
  return error instanceof Unusable || isDiskFull(error) || fileErrorCode(error) === "ENOENT";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

class Queue {
  readonly #options: LeaseOptions;
  readonly #claimant: Claimant;
  readonly #puzzling = new Set<string>();
  /** When a holder was first seen to be dead. */
  readonly #dead = new Map<string, number>();
  #heartbeat: NodeJS.Timeout | null = null;
  #id = "";
  #ticket = 0;
  #entered = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#claimant = claimantOf({
      ...options.claimant,
      keys: options.wanted.devices.map(({ key }) => key),
    });
  }

  async wait(): Promise<Result<GpuLease, NoLease>> {
    const { abort, patienceMs, now, waiting } = this.#options;
    const deadline = now().getTime() + patienceMs;
    try {
      this.#enter();
      for (let pause = FIRST_LOOK_MS; ; pause = POLL_MS) {
        const turn = this.#look();
        if (turn === null) continue;
        if (turn.kind === "go") return ok({ shares: turn.shares, release: () => this.#leave() });
        if (pause === POLL_MS) waiting(turn);
        if (now().getTime() >= deadline) return this.#giveUp({ kind: "too-long", standing: turn });
        await delay(pause, undefined, { signal: abort }).catch(() => undefined);
        if (abort.aborted) return this.#giveUp({ kind: "interrupted" });
      }
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** Whoever sees the claim waits until it has a ticket: so the ticket is larger than all that were there before. */
  #enter(): void {
    const { directory, now } = this.#options;
    for (; this.#entered < MOST_ENTRIES; this.#entered += 1) {
      makeSharedDirectory(directory);
      this.#id = placeClaim(directory, this.#claimant);
      this.#heartbeat ??= setInterval(() => touchClaim(directory, this.#id, now()), HEARTBEAT_MS).unref();
      const { claims } = readClaims(directory, now());
      this.#ticket = Math.max(0, ...claims.map(({ ticket }) => ticket ?? 0)) + 1;
      if (placeTicket(directory, this.#id, this.#ticket)) {
        this.#entered += 1;
        return;
      }
      withdraw(directory, this.#id);
    }
    throw new Unusable(`what is written to ${directory} does not stay there`);
  }

  /** null: it has to be looked again at once. */
  #look(): Turn<StandingClaim> | null {
    const { directory, wanted, now, puzzled } = this.#options;
    const { claims, nonsense } = readClaims(directory, now());
    for (const file of nonsense.filter((one) => !this.#puzzling.has(one))) {
      this.#puzzling.add(file);
      puzzled(file);
    }
    const standing = this.#withoutDead(claims);
    const mine = { id: this.#id, ticket: this.#ticket };
    // somebody has cleared the directory
    const isThere = standing.some(({ id, ticket }) => id === mine.id && ticket === mine.ticket);
    const turn = isThere ? turnOf(mine, wanted, standing) : null;
    if (turn?.kind === "wait") return turn;
    if (turn !== null && placeLease(directory, this.#id, turn.shares)) return turn;
    withdraw(directory, this.#id);
    this.#enter();
    return null;
  }

  /** What a dead one had counts for a moment longer; what it has left is cleared away then, where that is allowed. */
  #withoutDead(claims: readonly StandingClaim[]): readonly StandingClaim[] {
    const { directory, now } = this.#options;
    return claims.filter(({ id, alive, shares }) => {
      if (alive) return true;
      const seen = this.#dead.get(id) ?? now().getTime();
      this.#dead.set(id, seen);
      if (shares !== null && now().getTime() - seen < SETTLING_MS) return true;
      withdraw(directory, id);
      return false;
    });
  }

  #giveUp(why: NoLease): Result<GpuLease, NoLease> {
    this.#leave();
    return err(why);
  }

  #leave(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    if (this.#id !== "") withdraw(this.#options.directory, this.#id);
  }
}
