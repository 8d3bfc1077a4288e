import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";

const Margins = z.strictObject({
  lossShare: z.number().min(0).max(1).default(0.02),
  level: z.number().gt(0.5).lt(1).default(0.95),
  leastUsers: z.int().min(2).default(50),
  coverageShare: z.number().min(0).max(1).default(0.1),
  p99Ms: z.number().positive().default(5),
  slowdown: z.number().min(1).default(1.5),
  invalidAnswers: z.int().min(0).default(0),
  seed: z.int().default(1),
});

/** What a release may lose without being refused. Declared before, stored with it. */
export interface GateMargins {
  /** Share of main's mean measure that may be lost, in [0, 1]; 0.02 unless told. */
  readonly lossShare: number;
  /** Of the paired intervals, in (0.5, 1); 0.95 unless told. */
  readonly level: number;
  /** With fewer test users nothing is said of measures; 50 unless told, at least 2. */
  readonly leastUsers: number;
  /**
   * Share of main's coverage that must be left, in [0, 1]; 0.1 unless told. Learned lists hold fewer movies than lists of
   * neighbours, which hold nearly all; a popular list for everybody holds a hundredth of these.
   */
  readonly coverageShare: number;
  /** What the 99 % quantile of one answer's time may be, in milliseconds; 5 unless told. */
  readonly p99Ms: number;
  /** Above p99Ms it may still be so many times main's, measured beside it: a slow machine slows both. 1.5 unless told. */
  readonly slowdown: number;
  /** How many of the sampled users may be given an answer that is not valid; 0 unless told. */
  readonly invalidAnswers: number;
  /** Of the bootstrap. */
  readonly seed: number;
}

/**
 * Declared margins with the defaults for what is not declared.
 *
 * @throws ServiceError "invalid_argument" that names the first field that is wrong, or unknown.
 */
export function parseGateMargins(value: unknown): GateMargins {
  const parsed = Margins.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  throw new ServiceError("invalid_argument", `gate margin ${field}: ${issue?.message ?? "wrong"}`);
}
