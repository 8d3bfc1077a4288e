import { createHash } from "node:crypto";
import { z } from "zod";
import { RELEASE_PLAN_VERSION, ReleasePlan } from "../contract/release-plan.ts";

/** What every plan has unless it says otherwise. */
const DEFAULTS = {
  v: RELEASE_PLAN_VERSION,
  alphas: {
    decision: [0.04, 0.01],
    kill: { errors: 0.004, deadline: 0.003, lists: 0.001, primary: 0.002 },
    sampleRatio: 0.001,
  },
  guardrails: {
    errors: { rateRatio: 1.2, margin: 0.01 },
    deadline: { rateRatio: 1.2, margin: 0.01 },
    lists: { rateRatio: 1.2, margin: 0.01 },
    fallbackMargin: 0.01,
    personalisedMargin: 0.1,
    varietyMargin: 0.3,
    replicaMemoryMiB: 2_048,
    replicaEventLoopLagMs: 500,
  },
  joinFloor: 0.8,
  inconclusive: "keep-main",
  invalid: "hold",
  queue: "queue",
};

const PlansFile = z.record(
  z.string().regex(/^[a-z0-9-]{1,64}$/),
  z.record(z.string(), z.unknown()),
);

/**
 * Read the file of named plans: of each what differs from the defaults.
 *
 * @throws z.ZodError naming the plan and the field that is wrong.
 */
export function parsePlans(file: unknown): ReadonlyMap<string, ReleasePlan> {
  const named = Object.entries(PlansFile.parse(file)).map(([name, own]) => [
    name,
    { ...DEFAULTS, ...own, name },
  ]);
  const plans = z.record(z.string(), ReleasePlan).parse(Object.fromEntries(named));
  return new Map(Object.entries(plans));
}

/** Names a plan by what it says: sha256 of its JSON with sorted names, in hexadecimal. */
export function planHash(plan: ReleasePlan): string {
  return createHash("sha256").update(canonicalJson(plan)).digest("hex");
}

/** JSON with the names of every object sorted, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
