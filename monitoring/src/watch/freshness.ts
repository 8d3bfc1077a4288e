import type { WatchLimits } from "./limits.ts";
import { type Finding, GOOD, type Sighting, UNCLEAR } from "./sighting.ts";

/**
 * Whether what users did is in the lists that they get: by the probe's event where one is under way, and by how old the
 * histories are that replicas serve from.
 */
export function judgeFreshness(
  sightings: readonly Sighting[],
  { badSeconds, goodSeconds }: WatchLimits["freshness"],
): Finding {
  const now = sightings.at(-1);
  if (now === undefined) return UNCLEAR;
  const { probeSeconds = 0, feedAges } = now;
  const blind = [...feedAges].filter(([, age]) => age === null).map(([name]) => name);
  const oldest = Math.max(0, ...[...feedAges.values()].map((age) => age ?? 0));
  const done =
    "replicas read the history of each user anew while the feed is silent; the feed connects again by itself";
  if (blind.length > 0) {
    const what = `${blind.length} of ${feedAges.size} replicas hear no changes (${blind.join(", ")})`;
    return {
      kind: "bad",
      what,
      users: "those whom these replicas answer: lists may be of an earlier time",
      done,
    };
  }
  const seconds = Math.max(probeSeconds, oldest);
  if (seconds > badSeconds) {
    const of =
      probeSeconds >= oldest
        ? "an event on the stream is not servable after"
        : "replicas serve histories as they were";
    const what = `Lists are out of date: ${of} ${Math.round(seconds)} s${probeSeconds >= oldest ? "" : " ago"}`;
    return {
      kind: "bad",
      what,
      users: "all who watched something since: their lists do not know it",
      done,
    };
  }
  if (feedAges.size === 0 && now.probeSeconds === undefined) return UNCLEAR;
  return seconds <= goodSeconds ? GOOD : UNCLEAR;
}
