import { type Backoff, backoffMs } from "@canarec/service-kit/backoff";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import type { LoadBalancerMetrics } from "../metrics.ts";
import type { ExposureBuffer } from "./exposure-buffer.ts";
import type { ExposureMessage, ExposureSink } from "./kafka-sink.ts";
import type { Spool } from "./open-spool.ts";

/** Well below a broker's default limit of 1 MB a batch, should all be of one partition. */
const BATCH = { messages: 500, characters: 400_000 };

/** Messages of a segment sent at once; an exposure has about 1 kB. */
const REPLAY_MESSAGES = 300;

/** While Kafka is away it is tried at these intervals. */
const RETRY: Backoff = { baseMs: 250, maxMs: 3_000 };

export interface SenderOptions {
  readonly sink: ExposureSink;
  readonly spool: Spool;
  readonly metrics: LoadBalancerMetrics;
  readonly log: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Empties a buffer to Kafka or to disk, and the disk to Kafka; used by one caller at a time. */
export class ExposureSender {
  readonly #options: SenderOptions;
  #failures = 0;
  #retryAtMs = 0;
  #diskRefuses = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Empty the buffer as far as Kafka and the disk take it, and bring on what is on disk. */
  async step(buffer: ExposureBuffer): Promise<void> {
    const { spool, metrics, log } = this.#options;
    try {
      await this.#emptyBuffer(buffer);
      while (spool.bytes() > 0 && (await this.#replayOldest())) {
        // What came meanwhile goes behind what is still on disk, and overtakes nothing.
        await this.#emptyBuffer(buffer);
      }
    } catch (err) {
      metrics.spoolRefused("failed");
      log.error({ err }, "the exposure spool cannot be read");
    }
  }

  async #emptyBuffer(buffer: ExposureBuffer): Promise<void> {
    while (buffer.length > 0) {
      const batch = buffer.peek(BATCH);
      const direct = this.#options.spool.bytes() === 0 && (await this.#send(batch));
      if (!direct && !(await this.#store(batch))) return;
      buffer.shift(batch.length);
    }
  }

  /** @returns false while Kafka is away. */
  async #replayOldest(): Promise<boolean> {
    if (performance.now() < this.#retryAtMs) return false;
    const { spool, metrics, log } = this.#options;
    const segment = await spool.oldest();
    if (segment === undefined) return false;
    const messages = segment.lines.map((value) => ({ key: keyOf(value), value }));
    for (let at = 0; at < messages.length; at += REPLAY_MESSAGES) {
      if (!(await this.#send(messages.slice(at, at + REPLAY_MESSAGES)))) return false;
    }
    await segment.remove();
    if (segment.torn > 0) {
      metrics.exposuresDropped("torn", segment.torn);
      log.warn({ lines: segment.torn }, "torn lines in the exposure spool were skipped");
    }
    return true;
  }

  async #send(messages: readonly ExposureMessage[]): Promise<boolean> {
    const { sink, metrics, log, random } = this.#options;
    if (performance.now() < this.#retryAtMs) return false;
    try {
      await sink.send(messages);
    } catch (error) {
      if (this.#failures === 0) {
        log.warn({ reason: messageOf(error) }, "Kafka is away: exposures go to disk");
      }
      this.#retryAtMs = performance.now() + backoffMs(this.#failures, RETRY, random);
      this.#failures += 1;
      metrics.kafkaAway(true);
      return false;
    }
    if (this.#failures > 0) log.info({ failures: this.#failures }, "Kafka takes exposures again");
    this.#failures = 0;
    metrics.kafkaAway(false);
    metrics.exposuresDelivered(messages.length);
    return true;
  }

  async #store(messages: readonly ExposureMessage[]): Promise<boolean> {
    const { spool, metrics, log } = this.#options;
    const stored = await spool.append(messages.map((message) => message.value));
    if (stored.ok) {
      metrics.exposuresSpooled(messages.length);
    } else {
      metrics.spoolRefused(stored.reason);
      if (!this.#diskRefuses) log.error({ reason: stored.reason }, "exposures cannot go to disk");
    }
    this.#diskRefuses = !stored.ok;
    return stored.ok;
  }
}

function keyOf(line: string): string {
  return String((JSON.parse(line) as { readonly userId?: unknown }).userId);
}
