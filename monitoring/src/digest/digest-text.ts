import { counted, grouped } from "@canarec/service-kit/counted";
import { percent, utcTime } from "@canarec/service-kit/notice-text";
import type { Digest } from "./digest.ts";

/** Of each kind so many are named. */
const NAMED = 5;

/** A day in a few lines: traffic, availability, quality, what shipped, what was rejected, what went wrong. */
export function digestText(digest: Digest): string {
  const { answers, dayBefore, taken, releases } = digest;
  const shipped = releases.filter(({ state }) => state === "promoted");
  const rejected = releases.filter(({ state }) => state !== "promoted");
  return [
    `Canarec on ${digest.day} (UTC)`,
    `Traffic: ${counted(answers.answers, "answer")} to ${counted(answers.users, "user")} (${grouped(dayBefore.answers)} to ${grouped(dayBefore.users)} the day before)`,
    `Availability: ${availability(digest)}`,
    answers.answers === 0
      ? "Quality: nobody was shown anything"
      : `Quality: ${percent(answers.personalised / answers.answers)} personalised; ${share(taken.took, taken.users)} of the users began a movie that they were shown`,
    `Shipped: ${listed(shipped.map(({ releaseId, ref }) => `release ${releaseId} (${ref})`))}`,
    `Rejected: ${listed([...rejected.map(({ releaseId, ref, state, reason }) => `release ${releaseId} (${ref}) ${state}: ${reason}`), ...digest.rejectedLines.map(({ reason, lines }) => `${counted(lines, "line")} as ${reason}`)])}`,
    `Went wrong: ${listed([...digest.troubles.map(({ trouble, beganAt, endedAt }) => `${trouble} from ${utcTime(beganAt)} ${endedAt === null ? "on" : `to ${utcTime(endedAt)}`}`), ...digest.failedJobs.map(({ job, failures }) => `job ${job} ${counted(failures, "time")}`)])}`,
    `Look: npx canarec digest --day ${digest.day}`,
  ].join("\n");
}

function availability({ answers, platform }: Digest): string {
  if (answers.answers === 0) return "nobody asked";
  const { p50Ms, p99Ms } = answers;
  const own = `${share(answers.good, answers.answers)} by replicas, ${grouped(answers.ownList)} from the own list, ${counted(answers.unanswered, "error")}`;
  const latency = `half within ${Math.round(p50Ms ?? 0)} ms, 99 % within ${Math.round(p99Ms ?? 0)} ms`;
  const theirs =
    platform.answers === 0
      ? "the platform logged none"
      : `by the platform ${share(platform.answers - platform.failed, platform.answers)} of ${grouped(platform.answers)}`;
  return `${own}; ${latency}; ${theirs}`;
}

/** Three digits that count: 99.95 % is not 100 %. */
function share(count: number, of: number): string {
  return of === 0 ? "none" : `${Math.floor((count / of) * 100_000) / 1_000} %`;
}

function listed(items: readonly string[]): string {
  if (items.length === 0) return "nothing";
  const more = items.length > NAMED ? ` and ${items.length - NAMED} more` : "";
  return `${items.slice(0, NAMED).join("; ").slice(0, 600)}${more}`;
}
