import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@canarec/service-kit/errors";
import { type Logger, withoutPasswords } from "@canarec/service-kit/logging";
import { Counter, type Registry } from "@canarec/service-kit/metrics";
import { type ObservedName, type Sample, createObservedGauges } from "./observed-gauges.ts";

/** Something that is looked at now and then. */
export interface Observer {
  readonly name:
    "availability" | "releases" | "lists" | "data-quality" | "server" | "tables" | "disk" | "jobs";
  readonly everyMs: number;
  /** All gauges that it fills: where it fails, or says nothing of one, that is absent. */
  readonly gauges: readonly ObservedName[];
  look(): Promise<readonly Sample[]>;
}

/**
 * Look at each until disposed, one after the other: their queries shall not meet. One that fails leaves nothing behind
 * that could be taken for what is so now.
 */
export function startObservation(
  observers: readonly Observer[],
  registry: Registry,
  log: Logger,
): AsyncDisposable {
  const gauges = createObservedGauges(registry);
  const failures = createObservationFailures(registry);
  const stop = new AbortController();
  const failing = new Set<string>();
  const look = async (observer: Observer) => {
    const { name, gauges: names } = observer;
    try {
      gauges.replace(names, await observer.look());
      failing.delete(name);
    } catch (failure) {
      gauges.replace(names, []);
      failures.inc({ what: name });
      const reason = withoutPasswords(messageOf(failure));
      if (!failing.has(name)) log.warn({ what: name, reason }, "cannot be observed");
      failing.add(name);
    }
  };
  const isStopped = () => stop.signal.aborted;
  const running = (async () => {
    const dueMs = new Map<Observer, number>();
    while (!isStopped()) {
      for (const observer of observers) {
        if (performance.now() < (dueMs.get(observer) ?? 0)) continue;
        await look(observer);
        if (isStopped()) return;
        dueMs.set(observer, performance.now() + observer.everyMs);
      }
      await sleep(TICK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

const TICK_MS = 1_000;

/** How often something could not be looked at. */
export function createObservationFailures(registry: Registry): Counter<"what"> {
  return new Counter({
    name: "canarec_observation_failures_total",
    help: "Times that something could not be looked at, and its gauges were absent",
    labelNames: ["what"] as const,
    registers: [registry],
  });
}
