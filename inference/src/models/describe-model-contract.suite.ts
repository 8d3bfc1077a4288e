import { ServiceError } from "@canarec/service-kit/errors";
import { describe, expect, it } from "vitest";
import { damagesOf, edgeCases, withUsersReversed } from "./edge-cases.fixture.ts";
import { type Interactions, rowOf, type UserInteractions } from "./interactions.ts";
import { fixtureTools, TASTES, tasteInteractions } from "./interactions.fixture.ts";
import type { Artifact, Model, Scorer } from "./model.ts";

/** What a model's contract needs to know of it. */
export interface ModelContract {
  /** Parameters that differ from the model's defaults, for instance to suit small matrices. */
  readonly config?: object;
  /** Whether scores depend on the user: then the model must find planted tastes. */
  readonly isPersonal: boolean;
  /** Whether a score is a sum over the user's movies: contributions that are all zeros are then wrong. */
  readonly hasParts: boolean;
  /** Whether a fit visits users in their order, so that their order tells in the last digits or more. */
  readonly userOrderMatters?: boolean;
}

const [USERS, MOVIES] = [40, 24];
const NOBODY: UserInteractions = {
  movieOf: new Int32Array(0),
  preferences: new Float32Array(0),
  times: new Float64Array(0),
};
/** Of the largest score, by which sums in single precision may differ. */
const TOLERANCE = 1e-4;

/** The promises of Model and Scorer, as tests. Called once for each model. */
export function describeModelContract<Config extends object>(
  model: Model<Config>,
  contract: ModelContract,
): void {
  const config = { ...model.defaults, ...contract.config };
  const fit = (of: Interactions) => model.fit(of, config, fixtureTools(of.movies));
  describe(`${model.name}, as every model`, () => {
    describeDefinedness(model, fit, contract);
    describeFit(model, config, contract);
    describeScorer(model, fit, contract);
    describeRefusals(model, config);
  });
}

type Fit = (of: Interactions) => Promise<Artifact>;

function describeDefinedness(model: Pick<Model, "prepare">, fit: Fit, { hasParts }: ModelContract) {
  it.each(Object.entries(edgeCases()))("is defined for %s", async (_, interactions) => {
    const artifact = await fit(interactions);
    for (const values of Object.values(artifact.arrays)) expectFinite(values);
    const scorer = model.prepare(stored(artifact));
    expect(scorer.movies).toBe(interactions.movies);
    for (const user of [NOBODY, ...rowsOf(interactions)]) {
      const scores = scoresOf(scorer, user);
      expectFinite(scores);
      expect(scoresOfSome(scorer, user)).toEqual(scores);
      if (hasParts) expectPartsToSum(scorer, user);
    }
  });
}

function describeFit<Config extends object>(
  model: Model<Config>,
  config: Config,
  { userOrderMatters = false }: ModelContract,
) {
  const interactions = tasteInteractions(USERS, MOVIES);

  it("has defaults that can be stored", () => {
    expect(JSON.parse(JSON.stringify(model.defaults))).toEqual(model.defaults);
  });

  it("gives the same bytes twice, and leaves what it learns from as it is", async () => {
    const copy = structuredClone(interactions);
    const first = await model.fit(interactions, config, fixtureTools(MOVIES));
    expect(await model.fit(interactions, config, fixtureTools(MOVIES))).toStrictEqual(first);
    expect(interactions).toStrictEqual(copy);
  });

  it("does not depend on the order of users", async ({ skip }) => {
    skip(userOrderMatters, "it is fitted user by user, in order");
    const reordered = withUsersReversed(interactions);
    const [one, other] = await Promise.all(
      [interactions, reordered].map(async (of) =>
        model.prepare(await model.fit(of, config, fixtureTools(MOVIES))),
      ),
    );
    for (const user of [NOBODY, ...rowsOf(interactions)]) {
      expectClose(scoresOf(other as Scorer, user), scoresOf(one as Scorer, user));
    }
  });

  it("tells its progress, ascending to 1", async () => {
    const shares: number[] = [];
    const progress = async (share: number) => shares.push(share);
    await model.fit(interactions, config, fixtureTools(MOVIES, { progress }));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(0)).toBeGreaterThanOrEqual(0);
    expect(shares.at(-1)).toBe(1);
  });

  it("does not begin when it is no longer wanted", async () => {
    const signal = AbortSignal.abort(new Error("not wanted"));
    const fitting = model.fit(interactions, config, fixtureTools(MOVIES, { signal }));
    await expect(fitting).rejects.toThrow("not wanted");
  });

  it("ends between two steps when it is no longer wanted", async () => {
    const controller = new AbortController();
    const progress = async () => controller.abort(new Error("no more"));
    const tools = fixtureTools(MOVIES, { progress, signal: controller.signal });
    await expect(model.fit(interactions, config, tools)).rejects.toThrow("no more");
  });
}

function describeScorer(
  model: Pick<Model, "prepare">,
  fit: Fit,
  { isPersonal, hasParts }: ModelContract,
) {
  const interactions = tasteInteractions(USERS, MOVIES);
  const users = rowsOf(interactions);

  it("scores alike from a stored artifact, in any order, again and again", async () => {
    const artifact = await fit(interactions);
    const [first, second] = [model.prepare(artifact), model.prepare(stored(artifact))];
    const once = users.map((user) => scoresOf(first, user));
    const again = users.toReversed().map((user) => scoresOf(second, user));
    expect(again.toReversed()).toEqual(once);
  });

  it("finds tastes", async ({ skip }) => {
    skip(!isPersonal, "it says the same of everybody");
    const scorer = model.prepare(await fit(interactions));
    for (let taste = 0; taste < TASTES; taste += 1) {
      const scores = scoresOf(scorer, fanOf(taste));
      const meanOf = (of: number) => {
        const unseen = [...scores].filter((_, movie) => movie % TASTES === of && movie >= 6);
        return unseen.reduce((sum, score) => sum + score, 0) / unseen.length;
      };
      expect(meanOf(taste)).toBeGreaterThan(meanOf(1 - taste));
    }
  });

  it("tells what each movie of the user adds", async () => {
    const scorer = model.prepare(await fit(interactions));
    let largest = 0;
    for (const user of users) largest = Math.max(largest, expectPartsToSum(scorer, user));
    if (hasParts) expect(largest).toBeGreaterThan(0);
  });
}

function describeRefusals<Config extends object>(model: Model<Config>, config: Config) {
  const interactions = tasteInteractions(USERS, MOVIES);

  it.each(Object.entries(damagesOf(interactions)))("refuses %s", async (_, damage) => {
    const damaged = { ...structuredClone(interactions), ...damage };
    const fitting = model.fit(damaged, config, fixtureTools(MOVIES));
    await expect(fitting).rejects.toBeInstanceOf(ServiceError);
    await expect(fitting).rejects.toMatchObject({ code: "invalid_argument" });
  });

  const numbers = Object.entries(config).filter(([, value]) => typeof value === "number");
  it.each(numbers)("refuses a %s that is not a number", async (parameter) => {
    const fitting = model.fit(interactions, { ...config, [parameter]: NaN }, fixtureTools(MOVIES));
    await expect(fitting).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it.each([-1, MOVIES])("refuses the unknown movie %i", async (movie) => {
    const scorer = model.prepare(await model.fit(interactions, config, fixtureTools(MOVIES)));
    const known = rowOf(interactions, 0);
    const stranger = { ...fanOf(0), movieOf: Int32Array.of(0, 2, movie) };
    const into = new Float32Array(MOVIES);
    expect(() => scorer.score(stranger, into)).toThrow(RangeError);
    expect(() => scorer.scoreSome(stranger, Int32Array.of(1), into)).toThrow(RangeError);
    expect(() => scorer.contributions(stranger, 1)).toThrow(RangeError);
    expect(() => scorer.scoreSome(known, Int32Array.of(movie), into)).toThrow(RangeError);
    expect(() => scorer.contributions(known, movie)).toThrow(RangeError);
  });
}

/** One who likes some movies of a taste and none of the other. */
function fanOf(taste: number): UserInteractions {
  return {
    movieOf: Int32Array.of(taste, taste + TASTES, taste + 2 * TASTES),
    preferences: Float32Array.of(0.7, 1, 0.8),
    times: Float64Array.of(1e12, 1e12 + 1, 1e12 + 2),
  };
}

function rowsOf(interactions: Interactions): UserInteractions[] {
  return Array.from({ length: interactions.users }, (_, user) => rowOf(interactions, user));
}

/** An artifact as a bundle gives it back: numbers from JSON, arrays from bytes. */
function stored({ numbers, arrays }: Artifact): Artifact {
  return {
    numbers: JSON.parse(JSON.stringify(numbers)) as Record<string, number>,
    arrays: structuredClone(arrays),
  };
}

function scoresOf(scorer: Scorer, user: UserInteractions): Float32Array {
  const into = new Float32Array(scorer.movies).fill(NaN);
  scorer.score(user, into);
  return into;
}

/** Of every movie, asked for as candidates, last first; put back in order. */
function scoresOfSome(scorer: Scorer, user: UserInteractions): Float32Array {
  const candidates = Int32Array.from({ length: scorer.movies }, (_, at) => scorer.movies - 1 - at);
  const into = new Float32Array(scorer.movies).fill(NaN);
  scorer.scoreSome(user, candidates, into);
  return into.reverse();
}

/** @returns the largest part. */
function expectPartsToSum(scorer: Scorer, user: UserInteractions): number {
  const scores = scoresOf(scorer, user);
  const ofNobody = scoresOf(scorer, NOBODY);
  const parts = Array.from(scores, (_, movie) => scorer.contributions(user, movie));
  for (const part of parts) expect(part.length).toBe(user.movieOf.length);
  const sums = parts.map((part, movie) => part.reduce((a, b) => a + b, ofNobody[movie] ?? NaN));
  const largest = Math.max(0, ...parts.flatMap((part) => [...part]).map(Math.abs));
  if (largest > 0) expectClose(Float32Array.from(sums), scores);
  return largest;
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  const scale = expected.reduce((most, score) => Math.max(most, Math.abs(score)), 1e-6);
  expect(actual.length).toBe(expected.length);
  const apart = actual.map((score, movie) => Math.abs(score - (expected[movie] ?? NaN)));
  expect(Math.max(0, ...apart)).toBeLessThanOrEqual(TOLERANCE * scale);
}

function expectFinite(values: ArrayLike<number>): void {
  expect(Array.from(values).filter((value) => !Number.isFinite(value))).toEqual([]);
}
