import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interactionsFrom } from "../interactions.ts";
import { chooseSurvey } from "./choose-survey.ts";
import { countGroupTastes, largestGroups, scoreByGroups } from "./group-tastes.ts";
import { type Person, groupsOf } from "./person-groups.ts";
import { scoreByDescription } from "./score-by-description.ts";

describe("chooseSurvey", () => {
  /** 0, 1 and 2 along one axis, 3 along the other. */
  const factors = Float32Array.from([1, 0, 1, 0, 1, 0, 0, 1]);

  it("covers the space before it asks the same again, however popular that is", () => {
    const movies = { factors, dimensions: 2, familiarity: [0.9, 1, 0.8, 0.5] };
    expect(chooseSurvey(movies, { count: 2, noise: 0.1 })).toEqual([1, 3]);
  });

  it("asks what people know before what tells more, but nobody knows", () => {
    const movies = { factors, dimensions: 2, familiarity: [0.9, 0, 0, 0.01] };
    expect(chooseSurvey(movies, { count: 9, noise: 1 })).toEqual([0, 3]);
  });

  it("asks first about what preferences differ most on", () => {
    const long = Float32Array.from([3, 0, 0, 1]);
    const movies = { factors: long, dimensions: 2, familiarity: [0.5, 0.5] };
    expect(chooseSurvey(movies, { count: 1 })).toEqual([0]);
  });

  it("leaves out what it is told to", () => {
    const movies = { factors, dimensions: 2, familiarity: [1, 1, 1, 1] };
    expect(chooseSurvey(movies, { count: 4, leftOut: Uint8Array.of(1, 0, 1, 1) })).toEqual([1]);
  });

  it("has, with everything known, the largest log-determinant that greed finds", () => {
    // Everybody knows every movie: the next movie is the one that lowers log det Σ the most, found here by determinants.
    const value = fc.integer({ min: -3, max: 3 });
    const rows = fc.array(fc.tuple(value, value), { minLength: 3, maxLength: 7 });
    fc.assert(
      fc.property(rows, (vectors) => {
        fc.pre(vectors.some(([a, b]) => a !== 0 || b !== 0));
        const nonZero = vectors.filter(([a, b]) => a !== 0 || b !== 0);
        const scale = nonZero.length / nonZero.reduce((sum, [a, b]) => sum + a * a + b * b, 0);
        const determinant = (places: readonly number[]) => {
          // Of I/scale′ + Σ v vᵀ, the inverse of Σ at a noise of 1.
          const of = places.map((place) => vectors[place] as [number, number]);
          const sum = (f: (v: [number, number]) => number) => of.reduce((t, v) => t + f(v), 0);
          const [p, q] = [1 / scale + sum(([a]) => a * a), 1 / scale + sum(([, b]) => b * b)];
          return p * q - sum(([a, b]) => a * b) ** 2;
        };
        const movies = {
          factors: Float32Array.from(vectors.flat()),
          dimensions: 2,
          familiarity: vectors.map(() => 1),
        };
        const [first = -1, second = -1] = chooseSurvey(movies, { count: 2 });
        const others = vectors.map((_, place) => place);
        for (const place of others) {
          expect(determinant([first])).toBeGreaterThan(determinant([place]) - 1e-6);
          if (place === first || second === -1) continue;
          expect(determinant([first, second])).toBeGreaterThan(determinant([first, place]) - 1e-6);
        }
      }),
    );
  });

  it("refuses arrays that do not fit, and answers without noise", () => {
    const movies = { factors, dimensions: 2, familiarity: [1] };
    expect(() => chooseSurvey(movies, { count: 1 })).toThrow("different movies");
    const fitting = { ...movies, familiarity: [1, 1, 1, 1] };
    expect(() => chooseSurvey(fitting, { count: 1, noise: 0 })).toThrow("noise");
  });
});

describe("groupsOf", () => {
  it.each([
    [{ age: 17, gender: "F", occupation: " Writer " }, ["age 0", "gender f", "occupation writer"]],
    [{ age: 56, gender: null, occupation: "" }, ["age 56"]],
    [{ age: null, gender: null, occupation: null }, []],
    [{ age: -1, gender: null, occupation: null }, []],
  ])("of %j are %j", (person, groups) => {
    expect(groupsOf(person)).toEqual(groups);
  });
});

describe("largestGroups", () => {
  const of = (gender: string | null, age: number | null = null) => ({
    ...{ gender, age },
    occupation: null,
  });
  const people = [of("m", 20), of("m", 30), null, of("f", 30), of("f"), of("x"), of(null)];

  it("keeps those with the most members, of equal ones the first by name", () => {
    const groups = largestGroups(people, { most: 2, leastMembers: 1 });
    expect([...groups]).toEqual(["age 25", "gender f"]);
  });

  it("keeps none of too few, and counts only those that are kept", () => {
    const kept = largestGroups(people, { most: 9, leastMembers: 2 });
    expect([...kept]).toEqual(["age 25", "gender f", "gender m"]);
    const rows = people.map((_, user) => ({ user, movie: 0, preference: 1, time: 0 }));
    const interactions = interactionsFrom(rows, { users: people.length, movies: 1 });
    const tastes = countGroupTastes(interactions, people, 0.1, kept);
    expect([...tastes.groups]).toEqual([
      ["gender m", Float32Array.of(2)],
      ["age 25", Float32Array.of(2)],
      ["gender f", Float32Array.of(2)],
    ]);
    expect(tastes.all).toEqual(Float32Array.of(7));
  });

  it("keeps none of nobody", () => {
    expect(largestGroups([null], { most: 9, leastMembers: 1 }).size).toBe(0);
  });
});

describe("scoreByGroups", () => {
  const nobody: Person = { age: null, gender: null, occupation: null };
  const interactions = interactionsFrom(
    [
      { user: 0, movie: 0, preference: 1, time: 0 },
      { user: 1, movie: 1, preference: 1, time: 0 },
      { user: 2, movie: 1, preference: 1, time: 0 },
      { user: 2, movie: 0, preference: -1, time: 0 },
    ],
    { users: 3, movies: 2 },
  );
  const women = { ...nobody, gender: "f" };
  const tastes = countGroupTastes(interactions, [women, { ...nobody, gender: "m" }, null], 0.1);
  const scores = (person: Person) => {
    const into = new Float32Array(2);
    scoreByGroups(tastes, person, into);
    return into;
  };

  it("is everybody's share of likes for whom nothing is known", () => {
    // 1 and 2 likes and a half each: 1.5 and 2.5 of 4.
    expect(scores(nobody)[0]).toBeCloseTo(Math.log(1.5 / 4), 6);
    expect(scores(nobody)[1]).toBeCloseTo(Math.log(2.5 / 4), 6);
    expect(scores({ ...nobody, occupation: "never seen" })).toEqual(scores(nobody));
  });

  it("moves towards what the group likes, shrunk by 200 likes of everybody", () => {
    const own = (1 + 200 * 0.375) / (1 + 200);
    expect(scores(women)[0]).toBeCloseTo(Math.log(own), 6);
    expect(scores(women)[1]).toBeCloseTo(Math.log((200 * 0.625) / 201), 6);
  });
});

describe("scoreByDescription", () => {
  const features = { embeddings: Float32Array.from([1, 0, 0, 1, 0, 0]), dimensions: 2 };
  const scores = (likes?: readonly number[], dislikes?: readonly number[]) => {
    const into = new Float32Array(3).fill(9);
    scoreByDescription(
      {
        ...(likes && { likes: Float32Array.from(likes) }),
        ...(dislikes && { dislikes: Float32Array.from(dislikes) }),
      },
      features,
      into,
    );
    return Array.from(into);
  };

  it("is near what is liked and far from what is not", () => {
    expect(scores([2, 0])).toEqual([1, 0, 0]);
    expect(scores([2, 0], [0, 3])).toEqual([1, -0.5, 0]);
    expect(scores()).toEqual([0, 0, 0]);
    expect(scores([0, 0])).toEqual([0, 0, 0]);
  });

  it.each([[[1]], [[NaN, 1]]])("refuses %j", (likes) => {
    expect(() => scores(likes)).toThrow("not embedded as movies are");
  });
});
