import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import { canonicalJson } from "@canarec/load-balancer/rollout/plans";
import { RECORD_VERSION, type VerdictRecord, judge } from "./judge.ts";
import { VerdictInputs } from "./verdict-inputs.ts";

/** A record recomputed from its own inputs. */
export interface Replay {
  readonly record: VerdictRecord;
  /** Equal to what was recorded, to the last digit. */
  readonly same: boolean;
}

const Recorded = z.looseObject({ v: z.literal(RECORD_VERSION), inputs: VerdictInputs });

/**
 * Make a record anew from its inputs alone: no database, no clock, any machine.
 *
 * @throws ServiceError invalid_argument for what is no record, or one of another version.
 */
export function replayVerdict(recorded: unknown): Replay {
  const parsed = Recorded.safeParse(recorded);
  if (!parsed.success) {
    throw new ServiceError(
      "invalid_argument",
      `no verdict record: ${z.prettifyError(parsed.error)}`,
    );
  }
  const record = judge(parsed.data.inputs);
  return { record, same: canonicalJson(record) === canonicalJson(recorded) };
}
