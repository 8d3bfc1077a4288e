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
