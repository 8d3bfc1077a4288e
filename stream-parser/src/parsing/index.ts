export { DEFAULT_LIMITS, type StreamLimits } from "./limits.ts";
export { parseLine } from "./parse-line.ts";
export { REJECTION_REASONS, type Rejection, type RejectionReason } from "./rejection.ts";
