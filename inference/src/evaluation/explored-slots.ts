import type { Exploration } from "../models/blend/blend.ts";
import type { LoggedDecision } from "./off-policy.ts";

/** One answer to one user, as it was logged, and what came of it. */
export interface LoggedAnswer {
  readonly userId: number;
  /** Movie ids, best first. */
  readonly list: readonly string[];
  /** By place; null for a list in which nothing is drawn. */
  readonly propensities: readonly number[] | null;
  /** Movies of the list that the user took afterwards. */
  readonly taken: readonly string[];
}

/** What became of a place that may explore. */
export interface SlotChoice {
  /** Of the movie that it showed, in (0, 1); undefined where it was not logged. */
  readonly propensity: number | undefined;
  /** Whether the movie came from beyond the list. */
  readonly explored: boolean;
  /** That the place explores. */
  readonly chance: number;
  /** 1: the user took the movie. */
  readonly reward: 0 | 1;
}

/** A rule for such places: as they did, or never, or always to explore. */
export const SLOT_POLICIES = ["logged", "never", "always"] as const;
export type SlotPolicy = (typeof SLOT_POLICIES)[number];

/** Sums of shares leave that much of a chance. */
const ROUNDING = 1e-9;

/**
 * What one place of an answer chose: of several that might explore one by the user's number, so that each user decides
 * once. Undefined where none might: past the end of the list, or without a movie to try.
 */
export function slotChoice(
  { userId, list, propensities, taken }: LoggedAnswer,
  { slots, chance }: Pick<Exploration, "slots" | "chance">,
): SlotChoice | undefined {
  const open = slots
    .filter((slot) => slot < list.length && (propensities === null || isDrawn(propensities[slot])))
    .sort((a, b) => a - b);
  const slot = open[userId % open.length];
  if (slot === undefined || chance === 0) return undefined;
  const propensity = propensities?.[slot];
  const explored = propensity !== undefined && Math.abs(propensity - (1 - chance)) > ROUNDING;
  const reward = taken.includes(list[slot] ?? "") ? 1 : 0;
  return { propensity, explored, chance, reward };
}

/** A movie that has its place for certain was not chosen: there was nothing to try. */
function isDrawn(propensity: number | undefined): boolean {
  return propensity !== undefined && propensity < 1;
}

/** The choices as another rule sees them: explored movies are drawn from the same pool with the same shares. */
export function decisionsUnder(
  policy: SlotPolicy,
  choices: readonly SlotChoice[],
): LoggedDecision[] {
  return choices.map((choice) => ({
    propensity: choice.propensity,
    probability: probabilityUnder(policy, choice),
    reward: choice.reward,
  }));
}

function probabilityUnder(
  policy: SlotPolicy,
  { propensity = 0, explored, chance }: SlotChoice,
): number {
  if (policy === "logged") return propensity;
  if (policy === "never") return explored ? 0 : 1;
  return explored ? Math.min(1, propensity / chance) : 0;
}
