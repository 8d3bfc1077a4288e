import type { Interactions } from "../interactions.ts";
import { type Person, groupsOf } from "./person-groups.ts";

/** How often each group likes each movie. */
export interface GroupTastes {
  readonly movies: number;
  /** Likes of everybody, (movies). */
  readonly all: Float32Array;
  /** Likes of a group's members, each (movies). */
  readonly groups: ReadonlyMap<string, Float32Array>;
}

/** Likes that a group's own are mixed with, spread as everybody's are: a small group is like all. */
const PRIOR_LIKES = 200;

/** Added to each movie's likes, so that none is impossible. */
const LEAST_LIKES = 0.5;

/**
 * The groups with the most members, ties to the smaller name: what people say of themselves has no bounds, and a
 * group of few says little of its taste and much of them.
 *
 * @param most groups. @param leastMembers of each.
 */
export function largestGroups(
  people: readonly (Person | null)[],
  { most, leastMembers }: { readonly most: number; readonly leastMembers: number },
): ReadonlySet<string> {
  const members = new Map<string, number>();
  for (const person of people) {
    if (person === null) continue;
    for (const group of groupsOf(person)) members.set(group, (members.get(group) ?? 0) + 1);
  }
  const groups = [...members]
    .filter(([, count]) => count >= leastMembers)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return new Set(groups.slice(0, most).map(([group]) => group));
}

/**
 * Count what groups of people like.
 *
 * @param people by dense index of user; null where nothing is known of one.
 * @param leastPreference that counts as a like; compared in single precision.
 * @param kept groups that are counted; absent: all.
 */
export function countGroupTastes(
  { users, movies, starts, movieOf, preferences }: Interactions,
  people: readonly (Person | null)[],
  leastPreference: number,
  kept?: ReadonlySet<string>,
): GroupTastes {
  const least = Math.fround(leastPreference);
  const keptOf = (person: Person) =>
    groupsOf(person).filter((group) => kept === undefined || kept.has(group));
  const all = new Float32Array(movies);
  const groups = new Map<string, Float32Array>();
  for (let user = 0; user < users; user += 1) {
    const person = people[user] ?? null;
    const counts = [all, ...(person === null ? [] : keptOf(person).map(countsOf))];
    for (let at = starts[user] as number; at < (starts[user + 1] as number); at += 1) {
      if ((preferences[at] as number) < least) continue;
      const movie = movieOf[at] as number;
      for (const count of counts) count[movie] = (count[movie] as number) + 1;
    }
  }
  return { movies, all, groups };

  function countsOf(group: string): Float32Array {
    const known = groups.get(group) ?? new Float32Array(movies);
    groups.set(group, known);
    return known;
  }
}

/**
 * How likely a person of whom only groups are known is to like each movie: naive Bayes in logarithms,
 *
 *     log p(i) + Σ over groups g of log( p(i | g) / p(i) ),   p(i | g) = (n_gi + m · p(i)) / (n_g + m)
 *
 * with p(i) everybody's share of likes and m = 200. A group that nobody is in says nothing.
 *
 * @param into (movies), overwritten; finite.
 */
export function scoreByGroups(tastes: GroupTastes, person: Person, into: Float32Array): void {
  const { all, movies } = tastes;
  const total = all.reduce((sum, likes) => sum + likes + LEAST_LIKES, 0);
  const groups = groupsOf(person).flatMap((group) => {
    const counts = tastes.groups.get(group);
    return counts === undefined ? [] : [counts];
  });
  const sizes = groups.map((counts) => counts.reduce((sum, likes) => sum + likes, 0));
  for (let movie = 0; movie < movies; movie += 1) {
    const share = ((all[movie] as number) + LEAST_LIKES) / total;
    let score = Math.log(share);
    groups.forEach((counts, place) => {
      const own = (counts[movie] as number) + PRIOR_LIKES * share;
      score += Math.log(own / ((sizes[place] as number) + PRIOR_LIKES) / share);
    });
    into[movie] = score;
  }
}
