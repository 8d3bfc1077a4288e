import path from "node:path";
import type { ClusterFile } from "@canarec/local-cluster/cluster-file";
import type { Servers } from "../find-servers.ts";

/** What to do where a server does not answer. */
export type Remedies = Readonly<Record<"postgres" | "kafka" | "chroma", string>>;

/** For one of your own: start it, or name another. The running cluster's tells in its log. */
export function remediesOf(
  { config, home }: Pick<Servers, "config" | "home">,
  cluster: Pick<ClusterFile, "services"> | undefined,
): Remedies {
  const remedy = (name: string, own: unknown, otherwise: string) =>
    own === undefined && cluster?.services[name] !== undefined
      ? `the cluster starts it again where it has ended; ${path.join(home, "logs", `${name}.log`)} says more`
      : otherwise;
  return {
    postgres: remedy(
      "postgres",
      config.databaseUrl,
      "start it, or set DATABASE_URL to a Postgres of version 18 or newer that answers",
    ),
    kafka: remedy(
      "kafka",
      config.kafkaBrokers,
      "start it, or set KAFKA_BROKERS; until then no event arrives, and answers go on",
    ),
    chroma: remedy(
      "chroma",
      config.chromaUrl,
      "start it, or set CHROMA_URL; lists go on without it, search and new movies wait",
    ),
  };
}
