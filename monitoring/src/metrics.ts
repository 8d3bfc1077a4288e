import { Counter, Gauge, Histogram, type Registry } from "@canarec/service-kit/metrics";

/** Everything that monitoring counts: one method per event. */
export interface MonitoringMetrics {
  /** Whether Postgres answered. */
  databaseAsked(answered: boolean): void;
  jobEnded(job: string, state: "succeeded" | "failed", seconds: number): void;
  /** Another process was running it, or it was ended with this one. */
  jobUnfinished(job: string, why: "skipped" | "interrupted"): void;
  noticeSent(): void;
  /** An attempt to tell Slack failed; there may be another one. */
  noticeFailed(): void;
  /** A notice went to the log instead of Slack. */
  noticeLogged(): void;
}

const JOB_SECONDS = [1, 3, 10, 30, 100, 300, 1_000, 3_600];

/** The instruments of monitoring, on a registry. */
export function createMonitoringMetrics(registry: Registry): MonitoringMetrics {
  const registers = [registry];
  const runs = new Counter({
    name: "canarec_job_runs_total",
    help: "Runs of scheduled jobs by how they ended",
    labelNames: ["job", "state"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: "canarec_job_duration_seconds",
    help: "Time that runs of scheduled jobs took",
    labelNames: ["job"] as const,
    buckets: JOB_SECONDS,
    registers,
  });
  const databaseUp = new Gauge({
    name: "canarec_database_up",
    help: "1 if Postgres answered when it was last asked, else 0; absent before that",
    registers,
  });
  databaseUp.remove();
  const notices = new Counter({
    name: "canarec_notices_total",
    help: "Notices by what became of them; `failed` counts attempts",
    labelNames: ["result"] as const,
    registers,
  });
  return {
    jobEnded(job, state, took) {
      runs.inc({ job, state });
      seconds.observe({ job }, took);
    },
    databaseAsked(answered) {
      databaseUp.set(Number(answered));
    },
    jobUnfinished: (job, why) => runs.inc({ job, state: why }),
    noticeSent: () => notices.inc({ result: "sent" }),
    noticeFailed: () => notices.inc({ result: "failed" }),
    noticeLogged: () => notices.inc({ result: "logged" }),
  };
}
