import { Gauge, type Registry } from "@canarec/service-kit/metrics";

/** Everything that is read from elsewhere now and then: help text and labels by name. */
export const OBSERVED = {
  canarec_availability_answers: ["Answers in the window", ["source", "window"]],
  canarec_availability_difference_ratio: [
    "Availability as we have it less that as the platform has it; of windows that both tell of",
    ["window"],
  ],
  canarec_availability_ratio: [
    "Share of the answers that were a list, by the platform's lines or by our exposures",
    ["source", "window"],
  ],
  canarec_on_time_ratio: [
    "Share of the answers that were a list within the deadline",
    ["source", "window"],
  ],
  canarec_bundle_created_timestamp_seconds: ["When the bundle of a track was made", ["track"]],
  canarec_bundle_watermark_timestamp_seconds: [
    "The newest event that a track's bundle has learned from",
    ["track"],
  ],
  canarec_served_coverage_ratio: [
    "Different movies in the lists of the last hour, as a share of the catalogue",
    ["track"],
  ],
  canarec_served_list_length_movies: ["Mean length of the lists of the last hour", ["track"]],
  canarec_served_movies: ["Different movies in the lists of the last hour", ["track"]],
  canarec_served_novelty_bits: [
    "Mean surprise of the movies in the lists of the last hour: −log2 of the share of users who watched them",
    ["track"],
  ],
  canarec_served_personalised_ratio: [
    "Share of the lists of the last hour in which what is known of the user is",
    ["track"],
  ],
  canarec_data_quality_breach: [
    "1 if the last 24 whole hours are unlike the days before, 0 if not; absent while there is too little to tell by",
    ["check"],
  ],
  canarec_data_quality_last_run_timestamp_seconds: ["When the data were checked last", []],
  canarec_data_quality_limit: ["What the value may be, by the days before", ["check", "bound"]],
  canarec_data_quality_samples: ["What the last 24 whole hours' value is made of", ["check"]],
  canarec_data_quality_value: [
    "A share, or how far apart two mixes are (stability index), of the last 24 whole hours",
    ["check"],
  ],
  canarec_database_server_connections: ["Connections of clients to Postgres, whoever's", []],
  canarec_database_server_connections_limit: ["Connections that Postgres accepts", []],
  canarec_database_oldest_transaction_seconds: ["Age of the oldest open transaction", []],
  canarec_database_size_bytes: ["Size of the database", []],
  canarec_database_table_bytes: ["Size of a table, indexes and partitions included", ["table"]],
  canarec_disk_free_bytes: ["What may still be written to the disk of a place", ["place"]],
  canarec_disk_size_bytes: ["Size of the disk of a place", ["place"]],
  canarec_job_interval_seconds: ["The longest time between two times of a job", ["job"]],
  canarec_job_limit_seconds: ["What a run of a job may take", ["job"]],
  canarec_job_last_failed: ["1 if the last run that came to its end failed", ["job"]],
  canarec_job_last_success_timestamp_seconds: [
    "When a job last succeeded, in whichever process",
    ["job"],
  ],
  canarec_job_running: ["1 while the job runs, in whichever process", ["job"]],
  canarec_verdict_cross_over_ratio: ["Share of users who were on both tracks", []],
  canarec_verdict_guardrail_margin: ["How much worse nightly may be", ["guardrail"]],
  canarec_verdict_guardrail_passed: ["1 if the guardrail is passed", ["guardrail"]],
  canarec_verdict_guardrail_upper_bound: ["How much worse nightly may still be", ["guardrail"]],
  canarec_verdict_harm_p_value: ["Least p so far of harm to the metric that decides", []],
  canarec_verdict_kill_evidence: ["Greatest ln e so far that nightly fails more often", ["test"]],
  canarec_verdict_kill_threshold: ["ln e at which nightly is taken back", ["test"]],
  canarec_verdict_kind: ["1 for the kind of the newest verdict, 0 for every other", ["kind"]],
  canarec_verdict_mature_users: ["Users whose attribution window is over", ["track"]],
  canarec_verdict_metric_difference: [
    "Nightly less main: estimate, and the bounds of its 95 % interval",
    ["metric", "bound"],
  ],
  canarec_verdict_metric_value: ["A metric of mature users", ["metric", "track"]],
  canarec_verdict_primary_metric: ["1 for the metric that decides", ["metric"]],
  canarec_verdict_release_id: ["The release that is judged", []],
  canarec_verdict_row: ["Row of the decision table", []],
  canarec_verdict_sample_ratio_p_value: ["Least p so far that the tracks got their users", []],
  canarec_verdict_timestamp_seconds: ["The minute that the newest verdict is about", []],
} as const satisfies Readonly<Record<string, readonly [string, readonly string[]]>>;

export type ObservedName = keyof typeof OBSERVED;

/** One value of one gauge. */
export interface Sample {
  readonly name: ObservedName;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ObservedGauges {
  /** All that these gauges say from now on; values that are no numbers are left out. */
  replace(names: readonly ObservedName[], samples: readonly Sample[]): void;
}

/** The gauges of what is observed: each is absent until it is known. */
export function createObservedGauges(registry: Registry): ObservedGauges {
  const gauges = new Map<string, Gauge>();
  for (const [name, [help, labelNames]] of Object.entries(OBSERVED)) {
    const gauge = new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
    if (labelNames.length === 0) gauge.remove();
    gauges.set(name, gauge);
  }
  return {
    replace(names, samples) {
      for (const name of names) {
        const gauge = gauges.get(name);
        if (OBSERVED[name][1].length === 0) gauge?.remove();
        else gauge?.reset();
      }
      for (const { name, labels, value } of samples) {
        if (!Number.isFinite(value)) continue;
        if (labels === undefined) gauges.get(name)?.set(value);
        else gauges.get(name)?.set({ ...labels }, value);
      }
    },
  };
}
