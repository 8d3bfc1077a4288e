import type { Database } from "@canarec/db-utils/database";
import type { HistoryEntry } from "@canarec/db-utils/interactions/decode-history";
import type { Person } from "../models/cold-start/person-groups.ts";
import { NOTHING_SHOWN, type Shown, readShown } from "./read-shown.ts";
import { type UserHistory, readHistories, sampleUsers } from "./read-users.ts";
import { stateAt } from "./state-at.ts";

/** A user of a temporal split. */
export interface TestUser {
  readonly userId: number;
  /** As far as it was known at the split. */
  readonly before: readonly HistoryEntry[];
  /** Keys of the movies that the user hid until the split. */
  readonly hidden: readonly number[];
  /** What is told of the user; null or absent: nothing. */
  readonly person?: Person | null;
  /** Keys of the movies that began later, were liked, and had not been in a list before. */
  readonly targets: ReadonlySet<number>;
  /** Movies that would be targets, but that a list had shown before they began. */
  readonly shown: number;
}

export interface TestUsers {
  /** With at least one target. */
  readonly users: readonly TestUser[];
  /** Movies that lists had shown, over everybody. */
  readonly shown: number;
}

export interface TestUsersOptions {
  readonly atMs: number;
  readonly limit: number;
  readonly seed: number;
  /** Whether a movie may be looked for, and was liked. */
  readonly isTarget: (entry: HistoryEntry) => boolean;
}

/**
 * Users who liked something that began after the split, sampled from all for whom something began.
 *
 * What a list of ours had shown is no target: whoever recommends decides what is watched, so main would be held
 * against its own lists. What users found by themselves speaks for neither.
 */
export async function readTestUsers(
  database: Pick<Database, "pool">,
  { atMs, limit, seed, isTarget }: TestUsersOptions,
): Promise<TestUsers> {
  const ids = await sampleUsers(database, { activeAfter: new Date(atMs), limit, seed });
  const shown = await readShown(database, ids, atMs);
  const users: TestUser[] = [];
  let left = 0;
  for await (const history of readHistories(database, ids, new Date(atMs))) {
    const seen = shown.get(history.userId) ?? NOTHING_SHOWN;
    const user = testUserFrom(history, { atMs, isTarget, shown: seen });
    left += user.shown;
    if (user.targets.size > 0) users.push(user);
  }
  return { users, shown: left };
}

export interface UserSplit extends Pick<TestUsersOptions, "atMs" | "isTarget"> {
  readonly shown: Shown;
}

/** One user's interactions, split at a time. */
export function testUserFrom(
  { userId, entries, hidden, person = null }: UserHistory,
  { atMs, isTarget, shown }: UserSplit,
): TestUser {
  const before: HistoryEntry[] = [];
  const targets = new Set<number>();
  let left = 0;
  for (const entry of entries) {
    const known = stateAt(entry, atMs);
    if (known !== undefined) before.push(known);
    else if (isTarget(entry)) {
      if ((shown.get(entry.movieKey) ?? Infinity) <= begunMs(entry)) left += 1;
      else targets.add(entry.movieKey);
    }
  }
  return { userId, before, hidden, person, targets, shown: left };
}

/** When a user first met a movie. */
function begunMs({ firstWatchedAtMs, ratedAtMs }: HistoryEntry): number {
  return Math.min(firstWatchedAtMs ?? Infinity, ratedAtMs ?? Infinity);
}
