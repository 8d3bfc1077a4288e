import type { WatchLimits } from "./limits.ts";
import { type Finding, GOOD, type ParserState, type Sighting, UNCLEAR } from "./sighting.ts";

const USERS = "all who watch now: their lists know nothing of what they do, but are served";
const DONE = "the parser tries again by itself; Kafka keeps the lines, nothing is lost";

/** Whether what comes from the platform is written: a parser answers, says no trouble, and writes what waits. */
export function judgeStream(
  sightings: readonly Sighting[],
  { standsMs }: WatchLimits["stream"],
): Finding {
  const now = sightings.at(-1);
  if (now === undefined || now.parsers.size === 0) return UNCLEAR;
  const states = [...now.parsers.values()].filter((state) => state !== null);
  if (states.length === 0) {
    const what = "The stream stands still: no stream parser answers";
    return {
      kind: "bad",
      what,
      users: USERS,
      done: "whoever supervises it starts it again; Kafka keeps the lines, nothing is lost",
    };
  }
  const troubles = [...new Set(states.flatMap((state) => state.troubles))].sort();
  if (troubles.length > 0) {
    const what = `The stream stands still: the parser waits because of ${troubles.join(", ")}`;
    const bad = { kind: "bad", what, users: USERS, done: DONE } as const;
    // Who asks for the stream's status asks Postgres.
    return troubles.includes("postgres") ? { ...bad, look: "canarec doctor" } : bad;
  }
  const waiting = sum(states, ({ lagMessages }) => lagMessages);
  if (waiting === 0) return GOOD;
  const before = sightings.findLast(({ atMs }) => now.atMs - atMs >= standsMs);
  if (before === undefined) return UNCLEAR;
  const [then, written] = [before, now].map(({ parsers }) =>
    sum(
      [...parsers.values()].filter((state) => state !== null),
      (state) => state.written,
    ),
  );
  if (written !== then) return GOOD;
  const what = `The stream stands still: ${waiting} messages wait, and none was written for ${standsMs / 1_000} s`;
  return { kind: "bad", what, users: USERS, done: DONE };
}

/** Whether what waits has waited for too long. */
export function judgeLag(
  sightings: readonly Sighting[],
  { badSeconds, goodSeconds }: WatchLimits["lag"],
): Finding {
  const states = [...(sightings.at(-1)?.parsers.values() ?? [])].filter((state) => state !== null);
  if (states.length === 0) return UNCLEAR;
  const seconds = Math.max(...states.map(({ lagSeconds }) => lagSeconds));
  if (seconds > badSeconds) {
    const waiting = sum(states, ({ lagMessages }) => lagMessages);
    return {
      kind: "bad",
      what: `The stream is ${Math.round(seconds)} s behind: ${waiting} messages wait`,
      users: `all who watched something in the last ${Math.round(seconds)} s: their lists do not know it`,
      done: "the parser works them off in larger batches; nothing is lost",
    };
  }
  return seconds <= goodSeconds ? GOOD : UNCLEAR;
}

function sum(states: readonly ParserState[], valueOf: (state: ParserState) => number): number {
  return states.reduce((total, state) => total + valueOf(state), 0);
}
