import type { Database } from "@canarec/db-utils/database";
import { type ServedLists, servedLists } from "@canarec/db-utils/observation/served-lists";
import type { Sample } from "./observed-gauges.ts";
import type { Observer } from "./start-observation.ts";

const WINDOW_MS = 3_600_000;

/** What the lists of the last hour were like, by who served them. */
export function observeLists({ pool }: Pick<Database, "pool">, nowMs: () => number): Observer {
  return {
    name: "lists",
    everyMs: 60_000,
    gauges: [
      "canarec_served_coverage_ratio",
      "canarec_served_list_length_movies",
      "canarec_served_movies",
      "canarec_served_novelty_bits",
      "canarec_served_personalised_ratio",
    ],
    async look() {
      const found = await servedLists(pool, new Date(nowMs() - WINDOW_MS));
      return found.flatMap(listFigures);
    },
  };
}

/** Figures of one track's lists; what has no meaning without a movie or a catalogue is left out. */
export function listFigures(lists: ServedLists): Sample[] {
  const { track, answers, movies, catalogue, places, noveltyBits, personalised } = lists;
  const labels = { track };
  return [
    { name: "canarec_served_movies", labels, value: movies },
    { name: "canarec_served_coverage_ratio", labels, value: Math.min(1, movies / catalogue) },
    { name: "canarec_served_list_length_movies", labels, value: places / answers },
    { name: "canarec_served_novelty_bits", labels, value: noveltyBits ?? NaN },
    { name: "canarec_served_personalised_ratio", labels, value: personalised / answers },
  ];
}
