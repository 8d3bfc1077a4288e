import type { Database } from "@canarec/db-utils/database";
import {
  type AnswerFigures,
  type Day,
  type ReleaseEnd,
  answerFigures,
  failedJobs,
  platformFigures,
  rejectedLines,
  releaseEnds,
  takenFigures,
} from "@canarec/db-utils/digest/day-figures";
import {
  type PastTrouble,
  createTroubleRepository,
} from "@canarec/db-utils/watch/trouble-repository";

/** A day in figures. */
export interface Digest {
  /** `2026-03-01`, of UTC. */
  readonly day: string;
  readonly answers: AnswerFigures;
  readonly dayBefore: Pick<AnswerFigures, "answers" | "users">;
  readonly platform: { readonly answers: number; readonly failed: number };
  /** Of users who were shown lists, a sample. */
  readonly taken: { readonly users: number; readonly took: number };
  readonly releases: readonly ReleaseEnd[];
  readonly rejectedLines: readonly { readonly reason: string; readonly lines: number }[];
  readonly failedJobs: readonly { readonly job: string; readonly failures: number }[];
  readonly troubles: readonly PastTrouble[];
}

const DAY_MS = 86_400_000;

/** @param day its first moment, of UTC. */
export async function readDigest(db: Database, day: Date): Promise<Digest> {
  const span: Day = { from: day, to: new Date(day.getTime() + DAY_MS) };
  const before = await answerFigures(db.pool, { from: new Date(day.getTime() - DAY_MS), to: day });
  return {
    day: day.toISOString().slice(0, 10),
    answers: await answerFigures(db.pool, span),
    dayBefore: { answers: before.answers, users: before.users },
    platform: await platformFigures(db.pool, span),
    taken: await takenFigures(db.pool, span),
    releases: await releaseEnds(db.pool, span),
    rejectedLines: await rejectedLines(db.pool, span),
    failedJobs: await failedJobs(db.pool, span),
    troubles: await createTroubleRepository(db).between(span.from, span.to),
  };
}
