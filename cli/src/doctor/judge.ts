import { counted, grouped, lasting, sized } from "../output/words.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

/** A partition of a topic, as Kafka and as Postgres have it. */
export interface PartitionOffsets {
  readonly topic: string;
  readonly partition: number;
  /** Of the oldest line that Kafka still has, and of the next that it will get; null: no such partition. */
  readonly log: { readonly low: number; readonly high: number } | null;
  /** Of the next line to be written; null: none was. */
  readonly next: number | null;
}

/** Lines not yet written from which on it is worth a word: minutes of the largest streams. */
const LAG_LINES = 100_000;

/** Whether the stream can be read on from where Postgres is. */
export function judgeOffsets({ topic, partition, log, next }: PartitionOffsets): Finding {
  const check = `offsets ${topic}/${partition}`;
  if (log === null) {
    return problem(
      check,
      `Postgres has written up to offset ${grouped(next ?? 0)} of a partition that Kafka does not have`,
      "look whether KAFKA_BROKERS and STREAM_TOPIC name the right stream",
    );
  }
  const { low, high } = log;
  const written = next ?? 0;
  if (written > high) {
    return problem(
      check,
      `Postgres is at offset ${grouped(written)}, the log ends at ${grouped(high)}: it was made anew, or Kafka lost lines`,
      "restore the log, or let stream-parser begin it anew: docs/stream.md",
    );
  }
  if (next !== null && written < low) {
    return problem(
      check,
      `${counted(low - written, "line")} were removed from Kafka before they were written (Postgres at ${grouped(written)}, the log begins at ${grouped(low)})`,
      "send them again with canarec stream replay, if the platform still has them; make Kafka's retention longer",
    );
  }
  const lag = high - Math.max(written, low);
  if (lag > LAG_LINES) {
    return warning(
      check,
      `${counted(lag, "line")} wait to be written`,
      "canarec stream status says whether stream-parser catches up",
    );
  }
  return ok(check, `at ${grouped(written)} of ${grouped(low)} to ${grouped(high)}`);
}

/** What vector store and catalogue have of each other. */
export interface VectorCounts {
  readonly collection: string;
  /** In the vector store; null: it has no such collection. */
  readonly vectors: number | null;
  /** Movies that Postgres records as having one. */
  readonly recorded: number;
  /** Movies of which something is known, and no vector is recorded. */
  readonly unembedded: number;
}

export function judgeVectors({ collection, vectors, recorded, unembedded }: VectorCounts): Finding {
  const check = "vectors";
  if ((vectors ?? 0) < recorded) {
    return problem(
      check,
      `${collection} has ${grouped(vectors ?? 0)} of the ${counted(recorded, "vector")} that Postgres records: search and new movies' neighbours suffer, lists do not`,
      "canarec catalog rebuild",
    );
  }
  if ((vectors ?? 0) > recorded) {
    return warning(
      check,
      `${collection} has ${counted((vectors ?? 0) - recorded, "vector")} that Postgres does not record`,
      "canarec catalog verify --mend",
    );
  }
  if (unembedded > 0) {
    return warning(
      check,
      `${counted(unembedded, "movie")} with a text have no vector yet`,
      "a replica of inference embeds them; where none runs, canarec catalog embed",
    );
  }
  return ok(check, `${counted(recorded, "vector")} of ${collection}, as recorded`);
}

/** Answers cross in both directions: what is less is no difference of clocks. */
const CLOCK_WARNING_MS = 2_000;
/** Events from so far ahead are refused, and leases end early. */
const CLOCK_PROBLEM_MS = 10_000;

/** @param aheadMs how far a clock is before ours; negative: behind. */
export function judgeClock(check: string, aheadMs: number): Finding {
  const apart = Math.abs(aheadMs);
  const says = `${lasting(apart / 1_000)} ${aheadMs >= 0 ? "ahead of" : "behind"} this machine's`;
  const todo = "set both machines' clocks by NTP: leases and the order of events depend on them";
  if (!(apart <= CLOCK_PROBLEM_MS)) return problem(check, says, todo);
  if (apart > CLOCK_WARNING_MS) return warning(check, says, todo);
  return ok(check, `${lasting(apart / 1_000)} apart at most`);
}

const GB = 1e9;

/** @param free, total bytes of the disk that a folder is on. */
export function judgeDisk(
  check: string,
  { free, total }: { readonly free: number; readonly total: number },
): Finding {
  const share = total > 0 ? free / total : 0;
  const says = `${sized(free)} of ${sized(total)} free`;
  const todo =
    "canarec db status names the largest tables; canarec bundle gc and old backups make room";
  if (free < GB / 2 || share < 0.02) return problem(check, says, todo);
  if (free < 5 * GB || share < 0.1) return warning(check, says, todo);
  return ok(check, says);
}

const HOUR_MS = 3_600_000;
/** One night, and what a backup may take. */
const LATE_MS = 30 * HOUR_MS;
/** Two nights were missed. */
const TOO_LATE_MS = 78 * HOUR_MS;

/**
 * @param ageMs of the newest backup that was restored and compared; null: there is none.
 * @param homeAgeMs of a home in which no backup has been tried; null: one has, or the age is unknown.
 */
export function judgeBackups(
  folder: string,
  ageMs: number | null,
  homeAgeMs: number | null = null,
): Finding {
  const check = "backups";
  const todo = `canarec db backup ${folder} --rotate says what is in the way; the job is called backup`;
  if (ageMs === null && homeAgeMs !== null && homeAgeMs <= LATE_MS) {
    return ok(
      check,
      `none yet: the first is due by night, and the home is not ${LATE_MS / HOUR_MS} hours old`,
    );
  }
  if (ageMs === null) {
    return warning(check, `no backup in ${folder} has been proven by restoring it`, todo);
  }
  const says = `the newest proven one is ${lasting(ageMs / 1_000)} old`;
  if (ageMs > TOO_LATE_MS) return problem(check, says, todo);
  return ageMs > LATE_MS ? warning(check, says, todo) : ok(check, says);
}

/**
 * Whether a version is another one or newer, by numbers from the left.
 *
 * @param version as `20.19.1` or `v22.0.0`.
 */
export function isAtLeast(version: string, least: readonly number[]): boolean {
  const numbers = (/\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
  for (const [i, wanted] of least.entries()) {
    const number = numbers[i] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}
