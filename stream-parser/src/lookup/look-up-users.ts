import { type UserMetadata, parseUserMetadata } from "../metadata/parse-metadata.ts";
import type { LookedUp } from "./look-up-movies.ts";
import type { ApiAnswer, PlatformApi } from "./platform-api.ts";

/** Calls at the same time: the platform has one user a call, and limits us. */
const CONCURRENCY = 4;

/** Ask for users, a call each. After the first 429 the rest are left for later. */
export async function lookUpUsers(
  api: PlatformApi,
  userIds: readonly number[],
  signal: AbortSignal,
): Promise<LookedUp<UserMetadata, number>> {
  const answers = new Map<number, ApiAnswer>();
  const waiting = [...userIds];
  let limit: Extract<ApiAnswer, { kind: "limited" }> | undefined;
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      if (limit !== undefined || signal.aborted) return;
      const answer = await api.get(`/user/${id}`, signal);
      answers.set(id, answer);
      if (answer.kind === "limited") limit ??= answer;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { ...sort(userIds, answers), ...(limit && { limited: limit }) };
}

function sort(
  userIds: readonly number[],
  answers: ReadonlyMap<number, ApiAnswer>,
): LookedUp<UserMetadata, number> {
  const found: UserMetadata[] = [];
  const unknown: number[] = [];
  const failed: number[] = [];
  for (const id of userIds) {
    const answer = answers.get(id);
    if (answer?.kind === "unknown") {
      unknown.push(id);
      continue;
    }
    const parsed = answer?.kind === "answered" ? parseUserMetadata(answer.body) : undefined;
    if (parsed === undefined || "problem" in parsed || parsed.userId !== id) failed.push(id);
    else found.push(parsed);
  }
  return { found, unknown, failed };
}
