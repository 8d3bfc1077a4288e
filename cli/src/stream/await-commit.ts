import { setTimeout as sleep } from "node:timers/promises";
import type { StreamRepository } from "@canarec/db-utils/stream/repository";
import { ServiceError } from "@canarec/service-kit/errors";

const POLL_MS = 200;

/** A parser that takes a batch in hand commits within seconds; after this long, none is running. */
const STALL_MS = 60_000;

export interface Awaited {
  readonly stream: Pick<StreamRepository, "positions">;
  readonly topic: string;
  /** By partition, the next offset to wait for; undefined: nothing. */
  readonly ends: readonly (number | undefined)[];
  readonly signal: AbortSignal;
  readonly onProgress: (lag: number) => void;
  /** Give up when nothing moves for so long. Default 60 s. */
  readonly stallMs?: number;
}

/**
 * Wait until the stream-parser has committed every partition up to an offset.
 *
 * @throws ServiceError "deadline_exceeded" when it makes no progress.
 */
export async function awaitCommit(awaited: Awaited): Promise<void> {
  const stallMs = awaited.stallMs ?? STALL_MS;
  let least = Infinity;
  let movedAt = performance.now();
  for (;;) {
    const lag = await lagOf(awaited);
    awaited.onProgress(lag);
    if (lag === 0) return;
    if (lag < least) [least, movedAt] = [lag, performance.now()];
    if (performance.now() - movedAt > stallMs) {
      throw new ServiceError(
        "deadline_exceeded",
        `nothing was committed for ${Math.round(stallMs / 1_000)} s, ${lag} lines are still waiting: does the stream-parser run?`,
      );
    }
    await sleep(POLL_MS, undefined, { signal: awaited.signal });
  }
}

async function lagOf({ stream, topic, ends }: Awaited): Promise<number> {
  const next = new Map<number, number>();
  for (const { partition, nextOffset } of await stream.positions(topic)) {
    next.set(partition, nextOffset);
  }
  return ends.reduce<number>(
    (lag, end, partition) => lag + Math.max(0, (end ?? 0) - (next.get(partition) ?? 0)),
    0,
  );
}
