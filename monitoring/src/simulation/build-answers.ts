import { type AnalysedExposure, LIST_LENGTH } from "../analysis/exposure.ts";
import { Random } from "./random.ts";
import type { SimulatedBuild } from "./scenario.ts";
import { LISTS, type Request, chanceOf } from "./traffic.ts";

const MOVIES = 2_000;
/** Of a list that is too short. */
const SHORT_LENGTH = 12;
/** A failed first attempt is mended by another one of the same track. */
const MENDED = 0.8;
const LATE_MS = 700;

/** Lists by number: different movies, popular ones in more of them. */
const FULL: readonly (readonly string[])[] = drawLists(new Random(1));
const SHORT = FULL.map((list) => list.slice(0, SHORT_LENGTH));

function drawLists(random: Random): string[][] {
  return Array.from({ length: LISTS }, () => {
    const list = new Set<string>();
    while (list.size < LIST_LENGTH) list.add(`movie+${Math.floor(MOVIES ** random.uniform())}`);
    return [...list];
  });
}

/** Which track and snapshot a request meets. */
export interface Routing {
  readonly assigned: "main" | "nightly";
  readonly step: number;
  readonly snapshotVersion: number;
}

/** What a build makes of a request, as the data plane and the platform write it down. */
export function answer(
  request: Request,
  build: SimulatedBuild,
  routing: Routing,
): AnalysedExposure {
  const { person, atMs, list } = request;
  const failure = failureOf(request, build);
  const outcome = failure === "none" ? GOOD : outcomeOf(failure, request, routing.assigned);
  const firstMs = failure === "deadline" ? LATE_MS : latencyMs(request);
  const lists = outcome.isShort ? SHORT : FULL;
  return {
    userId: person.id,
    atMs,
    assigned: routing.assigned,
    step: routing.step,
    snapshotVersion: routing.snapshotVersion,
    status: 200,
    reason: outcome.reason,
    firstError: outcome.firstError,
    firstMs,
    latencyUs: Math.round(firstMs * 1_000),
    personalised: person.personalised && outcome.reason !== "fallback_list",
    list: lists[list] ?? [],
    matched: chanceOf(request, "lostAnswer") >= build.losses.answers,
  };
}

type Failure = "errors" | "deadline" | "lists";

interface Outcome extends Pick<AnalysedExposure, "reason" | "firstError"> {
  readonly isShort: boolean;
}

const GOOD: Outcome = { reason: "ok", firstError: null, isShort: false };

function outcomeOf(failure: Failure, request: Request, assigned: Routing["assigned"]): Outcome {
  const second = chanceOf(request, "second");
  if (failure === "errors") {
    const fallen = assigned === "nightly" ? "cross_track" : "fallback_list";
    return { ...GOOD, firstError: "server_error", reason: second < MENDED ? "retried" : fallen };
  }
  if (failure === "deadline") {
    return second < 0.5 ? GOOD : { ...GOOD, firstError: "outrun", reason: "hedged" };
  }
  return second < 0.5
    ? { ...GOOD, isShort: true }
    : { ...GOOD, firstError: "invalid_answer", reason: "retried" };
}

/** Around 15 ms, at most 120. */
function latencyMs(request: Request): number {
  return Math.round(5 + 10 / (0.08 + chanceOf(request, "latency")));
}

function failureOf(request: Request, { failures }: SimulatedBuild): Failure | "none" {
  const at = chanceOf(request, "failure") / request.person.trouble;
  if (at < failures.errors) return "errors";
  if (at < failures.errors + failures.deadline) return "deadline";
  return at < failures.errors + failures.deadline + failures.lists ? "lists" : "none";
}
