import type { Probe } from "./consumer/probe.ts";
import type { Ingest } from "./ingest.ts";
import type { StreamMetrics } from "./metrics.ts";
import { lagOf } from "./routes/status.ts";

export interface LagOptions {
  readonly ingests: readonly Ingest[];
  readonly probe: Probe;
  readonly metrics: StreamMetrics;
  readonly now: () => Date;
}

const INTERVAL_MS = 2_000;

/** Set the lag gauges of the partitions that this process reads, every two seconds. */
export function reportLag({ ingests, probe, metrics, now }: LagOptions): AsyncDisposable {
  const timer = setInterval(() => {
    for (const ingest of ingests) {
      const highs = probe.highOffsets(ingest.topic);
      for (const { partition, written } of ingest.consumer.lanes()) {
        const ends = { partition, nextOffset: written.nextOffset, high: highs.get(partition) };
        const { lagMessages, lagSeconds } = lagOf(ingest, ends, now());
        if (lagMessages !== null)
          metrics.lagging(ingest.role, partition, lagMessages, lagSeconds ?? 0);
      }
    }
  }, INTERVAL_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
    },
  };
}
