import { LIST_REASONS } from "@canarec/inference/contract/internal-header";
import { MODEL_NAMES } from "@canarec/inference/models/model";
import {
  AttemptError,
  ExposureReason,
  Served,
  Track,
} from "@canarec/load-balancer/contract/exposure";
import { PrimaryMetric } from "@canarec/load-balancer/contract/release-plan";
import { VerdictAction, VerdictKind } from "@canarec/load-balancer/contract/verdict";
import { ROLLOUT_STATES } from "@canarec/load-balancer/rollout/rollout";
import { LIMITED_PATHS } from "@canarec/load-balancer/proxy/rate-limit";
import { DATA_CHECKS } from "@canarec/monitoring/data-quality/check-data";
import { PROBE_RESULTS } from "@canarec/monitoring/freshness/metrics";
import { TROUBLE_KINDS } from "@canarec/monitoring/watch/limits";
import { REJECTION_REASONS } from "@canarec/stream-parser/parsing/rejection";

/** A set that is not listed: what its values look like, and why there are few. */
export interface BoundedLabel {
  readonly shape: RegExp;
  readonly why: string;
}

/** The values of a label: all of them, or a bound on them. */
export type LabelValues = readonly string[] | BoundedLabel;

const STATUS: BoundedLabel = { shape: /^[1-9]\d\d$/, why: "an HTTP status" };
const JOB: BoundedLabel = { shape: /^[a-z][a-z-]{0,63}$/, why: "a name of the table of jobs" };
const REPLICA: BoundedLabel = {
  shape: /^[a-z][a-z0-9-]{0,63}$/,
  why: "a replica that requests are sent to",
};
const BUILD: BoundedLabel = {
  shape: /^[\x21-\x7e]{1,200}$/,
  why: "the commit or digest of a replica that was asked, `unknown` before its first answer",
};
const PARTITION: BoundedLabel = { shape: /^\d{1,5}$/, why: "a partition of the topic" };

const ROUTE: BoundedLabel = {
  shape: /^(?:none|(?:\/[a-z:][A-Za-z0-9-]*)+)$/,
  why: "the pattern of a route, `none` where no route is meant",
};

const SOURCES = ["platform", "own"] as const;
const WINDOWS = ["5m", "30m", "1h", "6h"] as const;
const FAILURES = ["errors", "deadline", "lists"] as const;
const GUARDRAILS = [...FAILURES, "fallback", "personalised", "variety"] as const;
const TRUTH = ["true", "false"] as const;
const OK = ["ok", ...AttemptError.options] as const;

/** Labels that mean the same wherever they are. */
const EVERYWHERE: Readonly<Record<string, LabelValues>> = {
  build: BUILD,
  job: JOB,
  model: MODEL_NAMES,
  partition: PARTITION,
  pool: ["main", "background", "histories"],
  personalised: TRUTH,
  replica: REPLICA,
  served: Served.options,
  status: STATUS,
  subject: ["movie", "user"],
  topic: ["stream", "exposures"],
  track: Track.options,
};

/** Labels of one metric. */
const OF_METRIC: Readonly<Record<string, Readonly<Record<string, LabelValues>>>> = {
  canarec_attempts_total: { result: OK },
  canarec_availability_answers: { source: SOURCES, window: WINDOWS },
  canarec_availability_difference_ratio: { window: WINDOWS },
  canarec_availability_ratio: { source: SOURCES, window: WINDOWS },
  canarec_on_time_ratio: { source: SOURCES, window: WINDOWS },
  canarec_data_quality_breach: { check: DATA_CHECKS },
  canarec_data_quality_limit: { check: DATA_CHECKS, bound: ["lower", "upper"] },
  canarec_data_quality_samples: { check: DATA_CHECKS },
  canarec_data_quality_value: { check: DATA_CHECKS },
  canarec_database_table_bytes: {
    table: { shape: /^[a-z][a-z_]{0,62}$/, why: "a table of the schema" },
  },
  canarec_disk_free_bytes: { place: ["home"] },
  canarec_disk_size_bytes: { place: ["home"] },
  canarec_observation_failures_total: {
    what: [
      ...["availability", "releases", "lists", "data-quality", "server", "tables", "disk", "jobs"],
    ],
  },
  canarec_served_coverage_ratio: { track: Served.options },
  canarec_served_list_length_movies: { track: Served.options },
  canarec_served_movies: { track: Served.options },
  canarec_served_novelty_bits: { track: Served.options },
  canarec_served_personalised_ratio: { track: Served.options },
  canarec_verdict_guardrail_margin: { guardrail: GUARDRAILS },
  canarec_verdict_guardrail_passed: { guardrail: GUARDRAILS },
  canarec_verdict_guardrail_upper_bound: { guardrail: GUARDRAILS },
  canarec_verdict_kill_evidence: { test: FAILURES },
  canarec_verdict_kill_threshold: { test: FAILURES },
  canarec_verdict_kind: { kind: VerdictKind.options },
  canarec_verdict_metric_difference: {
    metric: PrimaryMetric.options,
    bound: ["estimate", "lower", "upper"],
  },
  canarec_verdict_metric_value: { metric: PrimaryMetric.options },
  canarec_verdict_primary_metric: { metric: PrimaryMetric.options },
  canarec_attempts_unsent_total: { error: AttemptError.options },
  canarec_backups: { state: ["verified", "unverified", "unreadable"] },
  canarec_control_rounds_total: { result: ["done", "failed"] },
  canarec_database_connections: { state: ["used", "idle"] },
  canarec_exposures_dropped_total: { reason: ["buffer_full", "torn", "stopped"] },
  canarec_http_request_duration_seconds: {
    route: ROUTE,
    status: ["1xx", "2xx", "3xx", "4xx", "5xx", "closed"],
  },
  canarec_inference_bundle_loads_total: { outcome: ["loaded", "refused"] },
  canarec_inference_descriptions_total: { outcome: ["found", "failed"] },
  canarec_inference_failed_requests_total: {
    code: [
      ...["invalid_argument", "unauthenticated", "not_found", "method_not_allowed", "too_large"],
      ...["failed_precondition", "data_loss", "resource_exhausted", "unavailable"],
      ...["deadline_exceeded", "internal"],
    ],
  },
  canarec_inference_history_lookups_total: { outcome: ["hit", "miss", "stale", "unavailable"] },
  canarec_inference_lists_total: { reason: LIST_REASONS },
  canarec_inference_refresh_failures_total: { what: ["statistics", "new_movies", "bundle"] },
  canarec_freshness_probes_total: { result: PROBE_RESULTS },
  canarec_inference_request_seconds: {
    route: [
      ...["recommend", "recommendations", "explain_not", "hidden", "movie", "similar"],
      ...["search", "popular", "survey"],
    ],
  },
  canarec_job_runs_total: { state: ["succeeded", "failed", "skipped", "interrupted"] },
  canarec_judge_passes_total: { result: ["done", "behind", "failed"] },
  canarec_judge_summarised_total: { what: ["minutes", "users"] },
  canarec_troubles: { trouble: TROUBLE_KINDS },
  canarec_watch_looks_total: { result: ["whole", "without_postgres"] },
  canarec_notices_total: { result: ["sent", "failed", "logged"] },
  canarec_popular_list_refreshes_total: { result: ["ok", "failed"] },
  canarec_recommend_duration_seconds: { reason: ExposureReason.options },
  canarec_replica_checks_total: { result: ["ready", "not_ready", "refused", "silent"] },
  canarec_replica_ejections_total: { error: AttemptError.options },
  canarec_replica_failures_total: {
    phase: ["starting", "serving"],
    cause: ["ended", "hung"],
  },
  canarec_replicas: { state: ["starting", "ready", "draining"] },
  canarec_rollout_state: { state: ROLLOUT_STATES },
  canarec_rollout_transitions_total: { to: ROLLOUT_STATES },
  canarec_routing_pushes_total: { result: ["acknowledged", "unacknowledged"] },
  canarec_shadow_duration_seconds: { result: OK },
  canarec_requests_limited_total: { path: LIMITED_PATHS },
  canarec_spool_refused_total: { reason: ["full", "failed"] },
  canarec_stream_lines_total: {
    outcome: ["watch", "rating", "account", "recommendation", "exposure", "rejected", "probe"],
  },
  canarec_stream_lookups_total: { outcome: ["found", "unknown", "failed", "limited"] },
  canarec_stream_rejected_lines_total: { reason: REJECTION_REASONS },
  canarec_stream_troubles: { trouble: ["kafka", "postgres", "topic", "consumer", "writing"] },
  canarec_track_answers_total: { reason: ExposureReason.options },
  canarec_track_first_attempts_total: {
    result: ["ok", "short_list", ...AttemptError.options],
  },
  canarec_track_build_info: {
    release: { shape: /^[1-9]\d*$/, why: "a release that is routed to" },
    bundle: { shape: /^(?:none|[0-9a-f]{64})$/, why: "its bundle" },
  },
  canarec_verdicts_total: {
    row: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    action: VerdictAction.options,
  },
  simulator_lines_total: {
    kind: ["watch", "rating", "account", "recommendation"],
    damaged: TRUTH,
  },
  simulator_metadata_answers_total: { path: ["user", "movie"] },
  simulator_recommender_answer_seconds: { outcome: ["list", "refused", "none"] },
  simulator_visit_minutes_total: { choice: ["recommended", "browsed", "nothing"] },
  simulator_visits_total: { choice: ["recommended", "browsed", "nothing"] },
};

/** What a metric's label can be; undefined where nobody has said it. */
export function labelValues(metric: string, label: string): LabelValues | undefined {
  return OF_METRIC[metric]?.[label] ?? EVERYWHERE[label];
}

/** Metrics that are told of here, though they may not exist. */
export const DESCRIBED_METRICS = Object.keys(OF_METRIC);

/** Whether a label's value is one that it can have. */
export function isLabelValue(values: LabelValues, value: string): boolean {
  return "shape" in values ? values.shape.test(value) : values.includes(value);
}
