import type { Split } from "../evaluation/split.ts";
import type { Blend, BlendTerm } from "../models/blend/blend.ts";
import { askForCase } from "../models/blend/ask-for-case.ts";
import { type BlendExample, exampleFrom, exampleOfOffer } from "../models/blend/blend-example.ts";
import { type LearnedTerms, learnBlend } from "../models/blend/learn-blend.ts";
import { type Interactions, rowBefore } from "../models/interactions.ts";
import type { ModelName, Scorer } from "../models/model.ts";
import { scorersFor } from "../models/ranker/blend-ranker.ts";
import { createRanker } from "../models/ranker/ranker.ts";
import { askCases } from "./ask-cases.ts";
import type { TakenList } from "./taken-list.ts";

/** What a blend has beside its weights. */
export const BLEND_SHAPE: Omit<Blend, "terms"> = {
  // On top of the best by each of the sparse models this is about 600 candidates of 10 k movies.
  candidatesPerModel: 200,
  // A fifth of a logit for a twin: lists differ more by genre, coverage rises a little, and what that costs in Recall@20 lies
  // within chance (validation split of ml-latest-small; half a logit costs more than chance).
  variety: { weight: 0.2, depth: 60 },
  // Two of the lower places, each in one list of ten.
  exploration: { slots: [13, 17], chance: 0.1, pool: 100, temperature: 1 },
};

/**
 * Movies of each sparse model that weights are learned on: those that contend for a place in a list. Hundreds more would
 * have weights tell well what nobody is shown (validation splits of ml-latest-small).
 */
const CONTENDERS_PER_MODEL = 50;

/** Pull of each weight towards 0: little, for there are hundreds of candidates a user. */
const RIDGE = 0.01;

/** Share of the largest weight below which a model changes lists by less than it costs. */
const NEGLIGIBLE = 0.05;

/** Lists, and users who were shown them, that it takes to learn from them. */
const LEAST_LISTS = 500;
const LEAST_USERS = 50;

/** Models by their weight in the blend, and how well it tells what users took next. */
export interface LearnedWeights {
  readonly terms: readonly BlendTerm[];
  /** Users learned from; 0: there were too few, and all models weigh the same. */
  readonly users: number;
  /** Lists learned from; 0: it was what users found by themselves. */
  readonly lists: number;
}

/** What weights may be learned from. */
export interface WeighingMaterial {
  /** What users took, wherever they found it; undefined where there are too few users. */
  readonly found: Split | undefined;
  /** What users took of lists that they were shown; none of it may be known to the models. */
  readonly taken: readonly TakenList[];
  /** Everything, of which users are told as it was when a list was shown. */
  readonly interactions: Interactions;
}

/**
 * Models that lists are made of: all but svd, which predicts ratings and is shown beside a movie; svd where there is
 * nothing else.
 */
export function listModels(names: readonly ModelName[]): readonly ModelName[] {
  const others = names.filter((name) => name !== "svd");
  return others.length > 0 ? others : names;
}

/**
 * Weigh models by how well they tell, together, what users chose.
 *
 * Where enough of our own lists are known, by what was chosen from them: people come across popular movies
 * elsewhere, and weights learned from all that they watch make lists of what they would have found anyway. Else by
 * what they found. Models that hardly count are left out, and the others weighed anew without them: so candidates are
 * named as they will be where lists are made.
 */
export function learnWeights(
  scorers: ReadonlyMap<ModelName, Scorer>,
  material: WeighingMaterial,
): LearnedWeights {
  const names = listModels([...scorers.keys()]);
  const first = weigh(names, scorers, material);
  if (first === undefined) return alike(names);
  const most = Math.max(...first.terms.map(({ weight }) => weight));
  const kept = first.terms.filter(({ weight }) => weight >= NEGLIGIBLE * most);
  if (kept.length === names.length) return first;
  const again = weigh(
    kept.map(({ signal }) => signal),
    scorers,
    material,
  );
  const terms = again?.terms ?? kept;
  const weightOf = new Map(terms.map(({ signal, weight }) => [signal, weight]));
  return { ...first, terms: termsOf(names, (name) => weightOf.get(name) ?? 0) };
}

/** Undefined where there is too little to learn from. */
function weigh(
  names: readonly ModelName[],
  all: ReadonlyMap<ModelName, Scorer>,
  { found, taken, interactions }: WeighingMaterial,
): LearnedWeights | undefined {
  const terms = termsOf(names, () => 0);
  const scorers = scorersFor(names, all);
  const users = new Set(taken.map(({ user }) => user)).size;
  if (taken.length >= LEAST_LISTS && users >= LEAST_USERS) {
    const offers = [...offersOf(scorers, taken, interactions)];
    const learned = learnBlend(offers, { terms, ridge: RIDGE });
    if (saysAnything(learned)) return { terms: learned.terms, users, lists: learned.users };
  }
  if (found === undefined) return undefined;
  const ranker = createRanker(scorers, CONTENDERS_PER_MODEL);
  const examples = Array.from(askCases(ranker, found), ([{ targets }, answers]) =>
    exampleFrom(answers, targets),
  );
  const learned = learnBlend(examples, { terms, ridge: RIDGE });
  if (!saysAnything(learned)) return undefined;
  return { terms: learned.terms, users: learned.users, lists: 0 };
}

function termsOf(names: readonly ModelName[], weightOf: (name: ModelName) => number): BlendTerm[] {
  return names.map((signal) => ({ signal, shape: "standard", weight: weightOf(signal) }));
}

function saysAnything({ terms }: LearnedTerms): boolean {
  return terms.some(({ weight }) => weight > 0);
}

/** Lists as the user stood when each was shown: the same candidates and scores that a replica would have had. */
function* offersOf(
  scorers: ReadonlyMap<ModelName, Scorer>,
  taken: readonly TakenList[],
  interactions: Interactions,
): Generator<BlendExample> {
  const ranker = createRanker(scorers, BLEND_SHAPE.candidatesPerModel);
  for (const list of taken) {
    const known = rowBefore(interactions, list.user, list.atMs);
    const barred = known.movieOf.filter((movie) => !list.movies.includes(movie));
    const asked = { known, barred, always: list.movies };
    const answers = askForCase(ranker, interactions.movies, asked);
    yield exampleOfOffer(answers, list, Int32Array.of(list.taken));
  }
}

function alike(names: readonly ModelName[]): LearnedWeights {
  return { terms: termsOf(names, () => 1 / names.length), users: 0, lists: 0 };
}
