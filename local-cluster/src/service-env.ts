import { ConfigError, type Env } from "@canarec/service-kit/config";
import { inferenceConfig } from "@canarec/inference/config";
import { loadBalancerConfig } from "@canarec/load-balancer/config";
import { controlConfig } from "@canarec/load-balancer/control/config";
import { monitoringConfig } from "@canarec/monitoring/config";
import { simulatorConfig } from "@canarec/simulator/config";
import { streamParserConfig } from "@canarec/stream-parser/config";
import { inheritedEnv } from "./inherited-variables.ts";
import { type ServiceChoices, innerServices, servicePlans, sharedEnv } from "./services.ts";

const CONFIGS: Readonly<Record<string, (env: Env) => unknown>> = {
  "stream-parser": streamParserConfig,
  inference: inferenceConfig,
  "load-balancer": loadBalancerConfig,
  "control-plane": controlConfig,
  monitoring: monitoringConfig,
  simulator: simulatorConfig,
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
    const service = plan.name === "control-plane" ? plan.name : (plan.program.split("/")[0] ?? "");
    return problemsOf(() => CONFIGS[service]?.({ ...inherited, ...plan.env }));
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
