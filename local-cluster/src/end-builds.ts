import { type Env, parseConfig } from "@canarec/service-kit/config";
import {
  dockerConfig,
  dockerVariables,
} from "@canarec/load-balancer/runtimes/docker/docker-config";
import { endContainers } from "@canarec/load-balancer/runtimes/docker/docker-runtime";
import { engineAt } from "@canarec/load-balancer/runtimes/docker/engine";
import { endReplicas } from "@canarec/load-balancer/runtimes/process/process-runtime";
import { z } from "zod";

/** For requests under way, and what it has to put away. */
const GRACE_MS = 5_000;

/**
 * End every replica of a home, whichever runtime started it.
 *
 * @param home absolute.
 * @param env as the control plane has it.
 */
export async function endBuilds(home: string, env: Env): Promise<void> {
  await endReplicas(home, GRACE_MS);
  if (env["CANAREC_RUNTIME"] !== "docker") return;
  const { engine, installation } = dockerConfig(parseConfig(z.object(dockerVariables), env), home);
  await endContainers(engineAt(engine).docker, installation, GRACE_MS);
}
