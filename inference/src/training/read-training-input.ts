import type { Transaction } from "@canarec/db-utils/database";
import type { EventPeriod } from "@canarec/db-utils/interactions/stream-interactions";
import type { CatalogueMovie } from "../bundle/codec/contents.ts";
import type { PreferenceRule } from "../models/preference.ts";
import { minutesOf } from "../ranking/movie-minutes.ts";
import { readPeople } from "./read-features.ts";
import { type TrainingData, readInteractions } from "./read-interactions.ts";

export interface TrainingInputOptions {
  readonly rule: PreferenceRule;
  readonly period: EventPeriod;
  readonly progress?: (read: number, of: number) => void;
}

/**
 * What models learn from, beside embeddings: all interactions with movies of the catalogue, and who made them.
 *
 * @param client in the repeatable-read transaction that the catalogue was read in.
 */
export async function readTrainingInput(
  client: Transaction["client"],
  catalogue: readonly CatalogueMovie[],
  { rule, period, progress }: TrainingInputOptions,
): Promise<{ readonly data: TrainingData; readonly people: string[][] }> {
  const indices = new Map(catalogue.map(({ movieKey }, place) => [movieKey, place]));
  const data = await readInteractions(client, {
    indexOf: (movieKey) => indices.get(movieKey),
    minutes: minutesOf(catalogue),
    rule,
    period,
    ...(progress && { progress }),
  });
  return { data, people: await readPeople(client, catalogue) };
}
