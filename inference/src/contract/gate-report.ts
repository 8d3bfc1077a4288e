import { storableText } from "@canarec/service-kit/plain-text";
import { z } from "zod";

/** Version of the report's shape. */
export const GATE_VERSION = 1;

/** `no-data`: too few users to test on; it is no refusal. */
export const GateVerdict = z.enum(["pass", "fail", "no-data"]);
export type GateVerdict = z.output<typeof GateVerdict>;

const BundleId = z.string().regex(/^[0-9a-f]{64}$/);
const Text = storableText(500);
const Share = z.number().min(0).max(1);
const Difference = z.number().min(-1).max(1);
const Count = z.int().nonnegative();
const Milliseconds = z.number().nonnegative();

/** What the candidate was held against; `evaluation/gate-margins.ts` says what each is. */
const Margins = z.strictObject({
  lossShare: Share,
  level: Share,
  leastUsers: Count,
  coverageShare: Share,
  p99Ms: Milliseconds,
  slowdown: z.number().positive(),
  invalidAnswers: Count,
  seed: z.int(),
});

/** A measure's means over the same users, and the mean of the paired differences, candidate − main. */
const Figure = z.strictObject({
  /** Such as recall@20. */
  name: storableText(64),
  main: Share,
  candidate: Share,
  difference: Difference,
  se: z.number().nonnegative(),
  /** Of the difference, by a paired bootstrap over users. */
  lower: Difference,
  upper: Difference,
  /** The loss that is still accepted. */
  margin: Share,
  /** Share of the resamples with a loss, and with one beyond the margin. */
  shareWorse: Share,
  shareBeyondMargin: Share,
  /** The smallest true loss that would be refused four times of five. */
  detectable: z.number().nonnegative(),
});
export type GateReportFigure = z.output<typeof Figure>;

const Quantiles = z.strictObject({ p50Ms: Milliseconds, p99Ms: Milliseconds });

const GatedBundle = z.strictObject({
  bundleId: BundleId,
  /** Time of the latest event that it knows; null: of none. */
  highEventAt: z.iso.datetime().nullable(),
  /** It knows events after the split, and was trained anew, by its own configuration, on those before. */
  refitted: z.boolean(),
});

/** What the offline gate found, as it is stored with a release. */
export const GateReport = z.strictObject({
  v: z.literal(GATE_VERSION),
  verdict: GateVerdict,
  /** For people, with the figures; the first is the one that decided. */
  reasons: z.array(Text).min(1).max(20),
  main: GatedBundle,
  candidate: GatedBundle,
  margins: Margins,
  /**
   * What was known at the split is history, what was liked after it is to be found, but for what lists had shown;
   * null: nothing was compared.
   */
  split: z
    .strictObject({ at: z.iso.datetime(), users: Count, targets: Count, shown: Count })
    .nullable(),
  figures: z.array(Figure).max(10),
  /** Share of the catalogue in the test users' lists. */
  coverage: z.strictObject({ main: Share, candidate: Share }).nullable(),
  /** Of making a list in process, each user's fastest of three. */
  latency: z.strictObject({ users: Count, main: Quantiles, candidate: Quantiles }).nullable(),
  /** Lists of sampled users that are not 20 distinct known movies which they have not watched. */
  answers: z.strictObject({ asked: Count, invalid: Count }).nullable(),
  /** Why the candidate's bundle cannot be read; null: every byte is as it was written. */
  damage: Text.nullable(),
  seconds: z.number().nonnegative(),
});
export type GateReport = z.output<typeof GateReport>;
