import { MOST_GROUPS } from "../bundle/codec/learned-manifest.ts";
import {
  type GroupTastes,
  countGroupTastes,
  largestGroups,
} from "../models/cold-start/group-tastes.ts";
import type { Person } from "../models/cold-start/person-groups.ts";
import type { Interactions } from "../models/interactions.ts";
import { LIKED_FROM } from "../models/preference.ts";

/** A group of fewer says more of its members than of a taste. */
const LEAST_MEMBERS = 10;

/**
 * What groups of users like: the largest groups of at least ten, 64 at most.
 *
 * @param persons by dense index of user; null where nothing is told of one.
 * @returns undefined where there is no group.
 */
export function learnGroups(
  interactions: Interactions,
  persons: readonly (Person | null)[],
): GroupTastes | undefined {
  const kept = largestGroups(persons, { most: MOST_GROUPS, leastMembers: LEAST_MEMBERS });
  if (kept.size === 0) return undefined;
  const tastes = countGroupTastes(interactions, persons, LIKED_FROM, kept);
  return tastes.groups.size === 0 ? undefined : tastes;
}
