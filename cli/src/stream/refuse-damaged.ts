import path from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import {
  DEFAULT_LIMITS,
  type RejectionReason,
  type StreamLimits,
  parseLine,
} from "@canarec/stream-parser/parsing/index";
import { isRejection } from "@canarec/stream-parser/parsing/rejection";
import { counted } from "../output/words.ts";
import type { RatingScale, ReplayLine } from "./replay-source.ts";

/** Lines that are named. */
const MOST_NAMED = 3;

/** A line, numbered from 1, that is no event of the stream. */
export interface DamagedLine {
  readonly line: number;
  readonly reason: RejectionReason;
}

/** The lines that the stream-parser would reject, were they sent at `nowMs`: how many, and the first of them in order. */
export async function findDamaged(
  lines: AsyncIterable<ReplayLine | undefined>,
  { zone, ratingMax }: RatingScale,
  nowMs: number,
): Promise<{ readonly count: number; readonly first: readonly DamagedLine[] }> {
  const limits: StreamLimits = { ...DEFAULT_LIMITS, zone, ratingMax };
  const first: DamagedLine[] = [];
  let [line, count] = [0, 0];
  for await (const one of lines) {
    line += 1;
    const reason = one === undefined ? "too_long" : reasonOf(one.value, nowMs, limits);
    if (reason === undefined) continue;
    count += 1;
    if (first.length < MOST_NAMED) first.push({ line, reason });
  }
  return { count, first };
}

function reasonOf(value: Buffer, nowMs: number, limits: StreamLimits): RejectionReason | undefined {
  const outcome = parseLine(value, nowMs, limits);
  return isRejection(outcome) ? outcome.reason : undefined;
}

/** @throws ServiceError "invalid_argument" that names the first lines of the file that are no event. */
export async function refuseDamaged(
  file: string,
  lines: AsyncIterable<ReplayLine | undefined>,
  scale: RatingScale,
): Promise<void> {
  const { count, first } = await findDamaged(lines, scale, Date.now());
  if (count === 0) return;
  const named = first.map(({ line, reason }) => `line ${line} (${reason})`).join(", ");
  const more = count > first.length ? ", …" : "";
  throw new ServiceError(
    "invalid_argument",
    `${counted(count, "line")} of ${path.basename(file)} ${count === 1 ? "is" : "are"} no event of the stream: ` +
      `${named}${more}; nothing was sent (--damaged sends them as they are)`,
  );
}
