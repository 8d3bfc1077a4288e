import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@canarec/service-kit/logging";
import type { Exposure } from "../contract/exposure.ts";
import type { LoadBalancerMetrics } from "../metrics.ts";
import { ExposureBuffer } from "./exposure-buffer.ts";
import { ExposureSender } from "./exposure-sender.ts";
import type { ExposureSink } from "./kafka-sink.ts";
import type { Spool } from "./open-spool.ts";

/** Exposures wait at most so long for others to share a batch with. */
const LINGER_MS = 50;

export interface DeliveryOptions {
  readonly sink: ExposureSink;
  readonly spool: Spool;
  readonly buffer: { readonly messages: number; readonly characters: number };
  /** Longest time that a stop may take to deliver what is buffered. */
  readonly flushMs: number;
  readonly metrics: LoadBalancerMetrics;
  readonly log: Logger;
  readonly random: () => number;
}

export interface Delivery extends AsyncDisposable {
  /** Take an exposure; it is dropped, and counted, if neither Kafka nor disk nor memory has room. */
  record(exposure: Exposure): void;
}

/**
 * Bring exposures to Kafka in the order of their answers, without ever making an answer wait:
 * memory first, in batches to Kafka; to disk while Kafka is away, and from there to Kafka, oldest
 * first, before anything newer. At least once; what is lost is counted.
 */
export function startDelivery(options: DeliveryOptions): Delivery {
  const { metrics, spool } = options;
  const buffer = new ExposureBuffer(options.buffer);
  const stop = new AbortController();
  const sender = new ExposureSender(options);
  metrics.watchDelivery({ buffered: () => buffer.length, spooled: () => spool.bytes() });

  const running = (async () => {
    while (!stop.signal.aborted) {
      await sender.step(buffer);
      await sleep(LINGER_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();

  return {
    record(exposure) {
      const message = { key: String(exposure.userId), value: JSON.stringify(exposure) };
      if (buffer.push(message)) metrics.exposureTaken();
      else metrics.exposuresDropped("buffer_full", 1);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      const limit = AbortSignal.timeout(options.flushMs);
      while (buffer.length > 0 && !limit.aborted) {
        await sender.step(buffer);
        if (buffer.length > 0) await sleep(LINGER_MS);
      }
      if (buffer.length > 0) metrics.exposuresDropped("stopped", buffer.length);
    },
  };
}
