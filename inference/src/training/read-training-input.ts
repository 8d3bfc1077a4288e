import type { Transaction } from "@canarec/db-utils/database";
import type { EventPeriod } from "@canarec/db-utils/interactions/stream-interactions";
import type { CatalogueMovie } from "../bundle/codec/contents.ts";
import type { Person } from "../models/cold-start/person-groups.ts";
import type { PreferenceRule } from "../models/preference.ts";
import { minutesOf } from "../ranking/movie-minutes.ts";
import { readPeople } from "./read-features.ts";
import { readPersons } from "./read-persons.ts";
import { type TrainingData, readInteractions } from "./read-interactions.ts";
import { readTakenLists } from "./read-taken-lists.ts";
import type { TakenList } from "./taken-list.ts";

export interface TrainingInputOptions {
  readonly rule: PreferenceRule;
  readonly period: EventPeriod;
  /** Which lists are drawn; absent: none are read. */
  readonly listsBy?: number | undefined;
  readonly progress?: (read: number, of: number) => void;
}

export interface TrainingRead {
  readonly data: TrainingData;
  readonly taken: readonly TakenList[];
  /** Who made each movie, by dense index. */
  readonly people: string[][];
  /** What is told of each user, by dense index; null for nothing. */
  readonly persons: (Person | null)[];
}

/**
 * What models learn from, beside embeddings: all interactions with movies of the catalogue, what was taken of lists, who
 * made the movies, and what is told of the users.
 *
 * @param client in the repeatable-read transaction that the catalogue was read in.
 */
export async function readTrainingInput(
  client: Transaction["client"],
  catalogue: readonly CatalogueMovie[],
  { rule, period, progress, listsBy }: TrainingInputOptions,
): Promise<TrainingRead> {
  const indices = new Map(catalogue.map(({ movieKey }, place) => [movieKey, place]));
  const indexOf = (movieKey: number) => indices.get(movieKey);
  const data = await readInteractions(client, {
    indexOf,
    minutes: minutesOf(catalogue),
    rule,
    period,
    ...(progress && { progress }),
  });
  const taken =
    listsBy === undefined ? [] : await readTakenLists(client, data, { indexOf, seed: listsBy });
  const people = await readPeople(client, catalogue);
  return { data, taken, people, persons: await readPersons(client, data.userIds) };
}
