export {
  AttemptError,
  EXPOSURE_VERSION,
  Exposure,
  ExposureAttempt,
  ExposureReason,
  Served,
  Track,
} from "./exposure.ts";
export { ROUTING_SNAPSHOT_VERSION, Replica, RoutingSnapshot } from "./routing-snapshot.ts";
export { Policy, PrimaryMetric, RELEASE_PLAN_VERSION, ReleasePlan } from "./release-plan.ts";
export { VERDICT_VERSION, Verdict, VerdictAction, VerdictKind } from "./verdict.ts";
