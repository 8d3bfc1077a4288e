import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import { openFront } from "./admin/open-front.ts";
import type { LoadBalancerConfig } from "./config.ts";
import { type Overrides, openDataPlane } from "./open-data-plane.ts";

export interface LoadBalancer extends AsyncDisposable {
  /** The public port. */
  readonly url: string;
  /** /healthz, /readyz and /metrics of the load balancer itself. */
  readonly adminUrl: string;
}

/**
 * All of a load balancer in one process; `workers/start-parent.ts` puts the same parts together from several.
 *
 * The admin port first, so that it answers until the end; the public port last, so that it takes requests
 * only when all behind it is open, and lets go of them first.
 */
export async function startLoadBalancer(
  config: LoadBalancerConfig,
  log: Logger,
  overrides: Overrides = {},
): Promise<LoadBalancer> {
  await using opened = new Resources();
  const front = opened.use(await openFront(config, log));
  const plane = opened.use(await openDataPlane(config, log, overrides));
  await front.join(plane);
  const url = await plane.listen();
  opened.defer(() => front.drain());
  return disposable(opened, { url, adminUrl: front.url });
}
