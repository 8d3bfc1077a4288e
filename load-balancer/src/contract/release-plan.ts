import { z } from "zod";

/** Version of a plan's shape. */
export const RELEASE_PLAN_VERSION = 1;

const Share = z.number().min(0).max(1);
const Weight = z.number().gt(0).max(0.5);
const Seconds = z.int().positive();
const Alpha = z.number().gt(0).max(0.05);

/** The metrics that a release can be decided by, all per user within the attribution window. */
export const PrimaryMetric = z.enum(["watched_share", "hit_rate", "minutes_watched", "rating"]);
export type PrimaryMetric = z.output<typeof PrimaryMetric>;

/**
 * What is promoted: `superior` needs nightly to be proven better, `non-inferior` needs it to be
 * proven not worse by more than the margin.
 */
export const Policy = z.enum(["superior", "non-inferior"]);
export type Policy = z.output<typeof Policy>;

/**
 * A guardrail on a share of rare bad answers, counted on first attempts: out at once when its rate is
 * proven above `rateRatio` times main's; passed at the decision when the difference is proven below `margin`.
 */
const RateGuardrail = z.strictObject({
  rateRatio: z.number().min(1).max(10),
  margin: z.number().gt(0).max(0.5),
});

/**
 * What is declared before a release starts, stored, hashed, and unchangeable: how it is served, how long,
 * and by which tests it is judged. Durations are seconds, weights and shares are in [0, 1].
 */
export const ReleasePlan = z
  .strictObject({
    v: z.literal(RELEASE_PLAN_VERSION),
    name: z.string().regex(/^[a-z0-9-]{1,64}$/),
    metric: PrimaryMetric.default("watched_share"),
    /** Of assignment and of analysis. */
    unit: z.literal("user").default("user"),
    policy: Policy.default("non-inferior"),
    /** Relative to main's value of the primary metric: worse by less is no worse. */
    margin: z.number().gt(0).max(0.5),
    /** Relative to main's value: proven worse by more ends the rollout at once. */
    harmMargin: z.number().gt(0).max(0.9),
    /** A watch counts within this time after the exposure. */
    attributionSeconds: Seconds,
    /** A watch counts from this many minutes on. */
    minimumMinutes: z.int().nonnegative(),
    shadow: z.strictObject({ seconds: z.int().nonnegative(), share: Share }),
    /** For safety only; never pooled with the evaluation. Weights grow. */
    ramp: z.array(z.strictObject({ weight: Weight, seconds: Seconds })).max(10),
    evaluation: z.strictObject({
      weight: Weight,
      seconds: Seconds,
      /** Once, when neither side is proven; null: never. */
      extensionSeconds: Seconds.nullable(),
      /** Share of the conditional power below which an extension is not worth it. */
      minimumConditionalPower: Share,
    }),
    alphas: z.strictObject({
      /** Two-sided, spent at the decision and at the end of the extension. */
      decision: z.tuple([Alpha, Alpha]),
      /** One-sided, each valid at any time; together at most .01. */
      kill: z.strictObject({
        errors: Alpha,
        deadline: Alpha,
        lists: Alpha,
        primary: Alpha,
      }),
      /** Sample ratio mismatch, sequential. */
      sampleRatio: Alpha,
    }),
    guardrails: z.strictObject({
      errors: RateGuardrail,
      deadline: RateGuardrail,
      lists: RateGuardrail,
      /** Largest difference of shares, nightly over main. */
      fallbackMargin: Share,
      personalisedMargin: Share,
      /** Largest relative loss of distinct movies shown per thousand exposures. */
      varietyMargin: Share,
      /** Hard limits of each replica. */
      replicaMemoryMiB: z.int().positive(),
      replicaEventLoopLagMs: z.int().positive(),
    }),
    /** Mature users a track without whom nothing is decided. */
    minimumUsers: z.int().min(2),
    /** Least share of nightly's and of main's exposures with the platform's line, while those flow. */
    joinFloor: Share,
    /** What becomes of a release that is neither better nor worse. */
    inconclusive: z.enum(["keep-main", "hold", "promote"]),
    /** What becomes of a release whose data cannot be trusted. */
    invalid: z.enum(["hold", "weight-zero"]),
    /** What it does to a release that waits, or is not yet evaluated. */
    queue: z.enum(["queue", "supersede"]),
    leaseSeconds: Seconds.max(600),
    /** A rollout that cannot be decided for lack of data ends after this. */
    holdLimitSeconds: Seconds,
    /** The old main stays warm for so long after a promotion. */
    rollbackWindowSeconds: z.int().nonnegative(),
    replicas: z.int().min(1).max(64).default(2),
  })
  .superRefine((plan, context) => {
    const complain = (path: (string | number)[], message: string) => {
      context.addIssue({ code: "custom", path, message });
    };
    const weights = [...plan.ramp.map(({ weight }) => weight), plan.evaluation.weight];
    weights.forEach((weight, index) => {
      const before = weights[index - 1];
      if (before !== undefined && weight <= before) {
        const path =
          index < plan.ramp.length ? ["ramp", index, "weight"] : ["evaluation", "weight"];
        complain(path, "a step must be above the one before");
      }
    });
    const { errors, deadline, lists, primary } = plan.alphas.kill;
    if (errors + deadline + lists + primary > 0.01 + 1e-12) {
      complain(["alphas", "kill"], "the kill tests together may spend at most .01");
    }
    if (plan.alphas.decision[0] + plan.alphas.decision[1] > 0.05 + 1e-12) {
      complain(["alphas", "decision"], "the looks together may spend at most .05");
    }
    if (plan.harmMargin < plan.margin) {
      complain(["harmMargin"], "must be at least the margin");
    }
    if (plan.attributionSeconds >= plan.evaluation.seconds) {
      complain(["attributionSeconds"], "must be shorter than the evaluation");
    }
  });
export type ReleasePlan = z.output<typeof ReleasePlan>;
