import { setTimeout as sleep } from "node:timers/promises";
import type { NoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { noticeText } from "@canarec/service-kit/notice-text";
import { withinTime } from "@canarec/service-kit/time-limit";
import { request } from "undici";
import type { ReplicaSet } from "./replica-set.ts";
import { type AskedReplica, type Silences, silentReplicas } from "./silent-replicas.ts";

/** Between two looks, and for an answer: longer than any garbage collection. */
const EVERY_MS = 5_000;
/** Looks that a short limit has all the same: one lost answer is no sign. */
const LEAST_LOOKS = 6;

export interface LivenessParts {
  readonly replicas: Pick<ReplicaSet, "serving" | "endSilent">;
  /** Only who leads ends anybody. */
  readonly isLeading: () => boolean;
  /** Who has answered nothing for so long on end, hangs. */
  readonly hangMs: number;
  readonly notices: Pick<NoticeRepository, "write">;
  readonly nowMs: () => number;
  readonly log: Pick<Logger, "warn">;
}

/**
 * Ask every replica that is ready for `/healthz` again and again until disposed, and end those that hang.
 * Any answer at all counts, whatever it says: whether a replica can do its work is the data plane's to judge.
 */
export function watchLiveness(parts: LivenessParts): AsyncDisposable {
  const { replicas, isLeading, nowMs, hangMs } = parts;
  const everyMs = Math.min(EVERY_MS, hangMs / LEAST_LOOKS);
  const stop = new AbortController();
  let silences: Silences | undefined;
  const look = async () => {
    const askedAtMs = nowMs();
    const serving = isLeading() ? replicas.serving() : [];
    const asked = await Promise.all(
      serving.map(async ({ row: { name, releaseId }, url }) => ({
        ...{ name, releaseId, answered: await answers(url, everyMs, stop.signal) },
      })),
    );
    if (stop.signal.aborted) return;
    const endedAtMs = nowMs();
    const seen = { askedAtMs, endedAtMs, replicas: asked };
    const found = silentReplicas(silences, seen, { everyMs, hangMs });
    ({ silences } = found);
    for (const one of found.hung) void endHung(one, silences.sinceMs.get(one.name), parts);
    const restMs = everyMs - (endedAtMs - askedAtMs);
    await sleep(Math.max(0, restMs), undefined, { signal: stop.signal }).catch(() => undefined);
  };
  const running = (async () => {
    while (!stop.signal.aborted) await look();
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** Never rejects. On a connection of its own: the point is whether a new one is answered. */
async function answers(url: string, timeoutMs: number, stop: AbortSignal): Promise<boolean> {
  try {
    const answer = await request(new URL("/healthz", url), {
      reset: true,
      signal: withinTime(stop, timeoutMs),
    });
    await answer.body.dump();
    return true;
  } catch {
    return false;
  }
}

/** Never rejects: what cannot be told now is in the log. */
async function endHung(
  { name, releaseId }: AskedReplica,
  sinceMs: number | undefined,
  { replicas, notices, hangMs, nowMs, log }: LivenessParts,
): Promise<void> {
  const at = new Date(nowMs());
  const reason = `gave no answer for ${Math.round(hangMs / 1_000)} s`;
  const text = noticeText({
    what: `Replica ${name} of release ${releaseId} ${reason}: it hung`,
    users: "those whom it should have answered got another replica's list, or the popular one",
    since: new Date(sinceMs ?? at),
    done: "it was ended by force; main gets another in its place, a nightly is taken back",
    look: "canarec release status",
  });
  try {
    await Promise.all([
      replicas.endSilent(name, reason),
      notices.write({ key: `replica-hung-${name}`, kind: "trouble", text }, { at, releaseId }),
    ]);
  } catch (failure) {
    log.warn({ replica: name, reason: messageOf(failure) }, "nobody could be told that it hung");
  }
}
