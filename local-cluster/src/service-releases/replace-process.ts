import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "@canarec/service-kit/errors";
import type { Child } from "../child.ts";
import { freePort } from "../port.ts";
import { answersOk, startService } from "../service-process.ts";
import type { ServicePlan } from "../services.ts";
import type { ReleasableParts } from "./releasable-service.ts";

/** How long the new code serves beside the old before that is stopped. */
const TRIAL_MS = 3_000;
const LOOK_MS = 200;

/**
 * The new code first works beside the old, on a port of its own; then the old is stopped, the new started on the usual
 * port, and the trial stopped, so that there is never nobody. What each has done is in Postgres, in one transaction with
 * the offsets: whoever goes on, goes on from there.
 *
 * @throws ServiceError with why the new code does not serve; the old one does, or is started again.
 */
export async function replaceProcess(
  { plan, kept, surroundings }: Pick<ReleasableParts, "plan" | "kept" | "surroundings">,
  folder: string,
): Promise<void> {
  const beside = onPort(plan, await freePort());
  const place = { ...surroundings, folder };
  await kept.replace(async (old, signal) => {
    const trial = await startService(beside, place, signal);
    try {
      await staysReady(trial, beside, signal);
      await old.stop();
      return await startService(plan, place, signal);
    } finally {
      await trial.stop();
    }
  });
}

/** The same service a second time. */
function onPort(plan: ServicePlan, port: number): ServicePlan {
  const url = `http://127.0.0.1:${port}`;
  const env = { ...plan.env, PORT: String(port) };
  return { ...plan, name: `${plan.name}-next`, env, url, readyUrl: `${url}/readyz` };
}

/** @throws ServiceError `unavailable` where it ends, or is not ready at the end. */
async function staysReady(trial: Child, plan: ServicePlan, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + TRIAL_MS;
  while (performance.now() < endMs && trial.isAlive()) await sleep(LOOK_MS, undefined, { signal });
  if (!trial.isAlive()) {
    throw new ServiceError("unavailable", `${plan.name} ended soon after it was ready`);
  }
  if (!(await answersOk(plan.readyUrl))) {
    throw new ServiceError("unavailable", `${plan.name} was ready, and is not any longer`);
  }
}
