import { variable } from "@canarec/service-kit/config";
import { z } from "zod";
import { type BarRule, DEFAULT_BAR_RULE } from "./retrieval/bar-rule.ts";

/** What an operator says of every list, whatever the bundle. */
export interface ListRules {
  readonly barring: BarRule;
  /** Movies that the catalogue marks as for adults are shown to nobody. */
  readonly hideAdult: boolean;
}

export const DEFAULT_LIST_RULES: ListRules = { barring: DEFAULT_BAR_RULE, hideAdult: false };

/** The environment's variables of them: of a replica, and of a gate that makes lists as replicas do. */
export const LIST_RULE_VARIABLES = {
  HIDE_ADULT: z.enum(["true", "false"]).optional(),
  WATCHED_ABOVE_SHARE: variable.fraction.optional(),
};

/** What the environment says, and for what it leaves open `otherwise`. */
export function listRulesFrom(
  env: {
    readonly HIDE_ADULT?: "true" | "false" | undefined;
    readonly WATCHED_ABOVE_SHARE?: number | undefined;
  },
  otherwise = DEFAULT_LIST_RULES,
): ListRules {
  const { HIDE_ADULT: hidden, WATCHED_ABOVE_SHARE: watchedAbove } = env;
  return {
    barring: { watchedAbove: watchedAbove ?? otherwise.barring.watchedAbove },
    hideAdult: hidden === undefined ? otherwise.hideAdult : hidden === "true",
  };
}
