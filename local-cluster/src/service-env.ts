import { ConfigError, type Env } from "@canarec/service-kit/config";
import { inferenceConfig } from "@canarec/inference/config";
import { loadBalancerConfig } from "@canarec/load-balancer/config";
import { controlConfig } from "@canarec/load-balancer/control/config";
import { monitoringConfig } from "@canarec/monitoring/config";
import { simulatorConfig } from "@canarec/simulator/config";
import { streamParserConfig } from "@canarec/stream-parser/config";
import { inheritedEnv } from "./inherited-variables.ts";
import { type ServiceChoices, innerServices, servicePlans, sharedEnv } from "./services.ts";

const CONFIGS: Readonly<Record<string, readonly ((env: Env) => unknown)[]>> = {
  "stream-parser": [streamParserConfig],
  "load-balancer": [loadBalancerConfig],
  // It passes the replicas' variables on to them.
  "control-plane": [controlConfig, inferenceConfig],
  monitoring: [monitoringConfig],
  simulator: [simulatorConfig],
};

/**
 * Whether every service of a cluster will accept the environment, asked before anything is started.
 *
 * @returns what is wrong, each once: `VARIABLE: what was expected`.
 */
export function environmentProblems(env: Env, choices: ServiceChoices): string[] {
  const at = {
    databaseUrl: "postgres://canarec@127.0.0.1:1/canarec",
    kafkaBrokers: "127.0.0.1:1",
    chromaUrl: "http://127.0.0.1:1",
    home: "/",
    host: "127.0.0.1",
    publicPort: 1,
    ports: Object.fromEntries(innerServices(choices).map((name) => [name, 1])),
  };
  const inherited = { ...inheritedEnv(env), ...sharedEnv(at) };
  const problems = servicePlans(at, choices).flatMap((plan) => {
    const env = { ...inherited, ...plan.env };
    return (CONFIGS[plan.name] ?? []).flatMap((read) => problemsOf(() => read(env)));
  });
  return [...new Set(problems)];
}

/** What a reading of the environment finds wrong. */
export function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (failure) {
    if (failure instanceof ConfigError) return failure.problems;
    throw failure;
  }
}
