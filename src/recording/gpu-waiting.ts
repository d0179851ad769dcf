import type { StandingClaim } from "../suite/gpu-claims.ts";
import type { Waiting } from "../suite/gpu-lease.ts";
import { userName } from "../suite/machine.ts";

/** Who has what is wanted, or comes first: the middle of a sentence. */
export function whoIsInTheWay({ holders, before }: Waiting, now: Date): string {
  const [holder, ...otherHolders] = holders;
  const [first] = before;
  if (holder === undefined)
    return first === undefined ? "nobody has it" : `${describe(first, now)} comes first`;
  const more = otherHolders.length === 0 ? "" : ` and ${otherHolders.length} more`;
  const queue = before.length === 0 ? "" : `; ${before.length} waiting before this one`;
  return `held by ${describe(holder, now)}${more}${queue}`;
}

function describe({ claimant }: StandingClaim, now: Date): string {
  const { suite, directory, pid, user, since } = claimant;
  const whose = user === null || user === userName() ? "" : `, user ${user}`;
  return `${suite} in ${directory} (process ${pid}${whose}) since ${moment(since, now)}`;
}

/** Times of another day come with it. */
function moment(since: string, now: Date): string {
  const time = `${since.slice(11, 16)} UTC`;
  const day = since.slice(0, 10);
  return day === now.toISOString().slice(0, 10) ? time : `${day} ${time}`;
}
