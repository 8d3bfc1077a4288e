import type { Database } from "@canarec/db-utils/database";
import type { HistoryEntry } from "@canarec/db-utils/interactions/decode-history";
import { type UserHistory, readHistories, sampleUsers } from "./read-users.ts";
import { stateAt } from "./state-at.ts";

/** A user of a temporal split. */
export interface TestUser {
  readonly userId: number;
  /** As far as it was known at the split. */
  readonly before: readonly HistoryEntry[];
  /** Keys of the movies that began later and were liked, at least one. */
  readonly targets: ReadonlySet<number>;
}

export interface TestUsersOptions {
  readonly atMs: number;
  readonly limit: number;
  readonly seed: number;
  /** Whether a movie may be looked for, and was liked. */
  readonly isTarget: (entry: HistoryEntry) => boolean;
}

/** Users who liked something that began after the split, sampled from all for whom something began. */
export async function readTestUsers(
  database: Pick<Database, "pool">,
  { atMs, limit, seed, isTarget }: TestUsersOptions,
): Promise<TestUser[]> {
  const ids = await sampleUsers(database, { activeAfter: new Date(atMs), limit, seed });
  const users: TestUser[] = [];
  for await (const history of readHistories(database, ids)) {
    const user = testUserFrom(history, atMs, isTarget);
    if (user.targets.size > 0) users.push(user);
  }
  return users;
}

/** One user's interactions, split at a time. */
export function testUserFrom(
  { userId, entries }: UserHistory,
  atMs: number,
  isTarget: (entry: HistoryEntry) => boolean,
): TestUser {
  const before: HistoryEntry[] = [];
  const targets = new Set<number>();
  for (const entry of entries) {
    const known = stateAt(entry, atMs);
    if (known !== undefined) before.push(known);
    else if (isTarget(entry)) targets.add(entry.movieKey);
  }
  return { userId, before, targets };
}
