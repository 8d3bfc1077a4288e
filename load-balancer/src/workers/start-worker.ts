import cluster from "node:cluster";
import { ServiceError } from "@canarec/service-kit/errors";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import type { LoadBalancerConfig } from "../config.ts";
import { ownSpoolName } from "../exposures/adopt-spools.ts";
import { type OpenDataPlane, openDataPlane } from "../open-data-plane.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/**
 * A worker: opens all but the public port, gets the routing and the socket from its parent, and serves until
 * it is told to stop or to hand over, or its parent is gone. Its last words are what it has counted.
 */
export async function startWorker(
  config: LoadBalancerConfig,
  log: Logger,
): Promise<AsyncDisposable> {
  await using opened = new Resources();
  // node:cluster would end it at once when the parent is gone, whatever is in flight.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  process.on("SIGHUP", () => undefined); // a terminal tells all its processes; the parent decides
  const last = { words: () => Promise.resolve() };
  opened.defer(() => last.words());
  const plane = opened.use(await openDataPlane(config, log, { ownSpool: ownSpoolName() }));
  last.words = async () =>
    tell({ say: "final", status: await plane.status(), metrics: await plane.metrics() });
  process.once("disconnect", () => void plane.handOver()); // the address is free for another parent
  const listening = new Promise<void>((resolve, reject) => {
    const orphaned = () => reject(new ServiceError("unavailable", "the parent is gone"));
    if (process.connected) process.once("disconnect", orphaned);
    else orphaned();
    process.on("message", (message: ToWorker, socket: object) => {
      hear(plane, message, socket).then((served) => {
        if (served) resolve();
      }, reject);
    });
  });
  listening.catch(() => undefined); // heard of below
  await tell({ say: "opened" });
  await listening;
  return disposable(opened, {});
}

/** @returns whether it begins to serve by this. */
async function hear(plane: OpenDataPlane, message: ToWorker, socket: object): Promise<boolean> {
  switch (message.say) {
    case "listen":
      await plane.listen(socket);
      await tell({ say: "listening" });
      return true;
    case "retire":
      await plane.handOver();
      process.kill(process.pid, "SIGTERM");
      return false;
    case "offer": {
      const answer = await plane.offer(message.snapshot);
      if (answer !== undefined) await tell({ say: "answer", id: message.id, answer });
      return false;
    }
    case "status":
    case "metrics":
      await tell({ say: "answer", id: message.id, answer: await plane[message.say]() });
      return false;
  }
}

/** Resolves when the parent has it, or is gone. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
