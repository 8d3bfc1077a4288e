import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Resources } from "@canarec/service-kit/lifecycle";
import { type ClusterLog, step } from "../cluster-log.ts";
import type { NamedServer } from "../cluster-state.ts";
import type { ClusterConfig } from "../config.ts";
import type { ServicePlan } from "../services.ts";
import type { RunningServer } from "../start-server.ts";
import { type ServerStart, type ServerSupervision, superviseServer } from "../supervise-server.ts";
import { alertmanagerConfig } from "./alertmanager-config.ts";
import { readyUrlOf } from "./answers-ready.ts";
import { hurriedRules } from "./hurry-rules.ts";
import type { MonitoringPrograms } from "./monitoring-programs.ts";
import { placedRules } from "./place-rules.ts";
import { prometheusConfig } from "./prometheus-config.ts";
import { startAlertmanager } from "./start-alertmanager.ts";
import { startPrometheus } from "./start-prometheus.ts";

const FILES = fileURLToPath(new URL("../../../monitoring/", import.meta.url));

export interface WatcherOptions extends ServerSupervision {
  readonly home: string;
  readonly programs: MonitoringPrograms;
  readonly config: Pick<ClusterConfig, "slackWebhookUrl" | "alertPace" | "metricsTokenFile">;
  readonly log: ClusterLog;
}

/**
 * Alertmanager, supervised. It needs nobody, so that what keeps it from starting is known before anything else runs. It
 * belongs to `opened` when this returns.
 *
 * @throws ServiceError where it does not start.
 */
export function superviseAlertmanager(
  opened: Resources,
  options: WatcherOptions,
): Promise<NamedServer> {
  const { home, programs, config: own } = options;
  const config = alertmanagerConfig(
    readFileSync(join(FILES, "alertmanager/alertmanager.yml"), "utf8"),
    {
      pace: own.alertPace,
      slackUrlFile: keptSecret(home, own.slackWebhookUrl),
      templates: join(FILES, "alertmanager/templates/*.tmpl"),
    },
  );
  return supervised(opened, options, "alertmanager", (at) =>
    startAlertmanager({ home, program: programs.alertmanager, config, ...at }),
  );
}

/** What Prometheus asks, and whom it tells. */
export interface Watched {
  readonly plans: readonly ServicePlan[];
  readonly alertmanager: NamedServer;
}

/**
 * Prometheus with the rules of `monitoring/`, supervised, watching the services. It belongs to `opened` when this returns.
 *
 * @throws ServiceError where it does not start.
 */
export function supervisePrometheus(
  opened: Resources,
  options: WatcherOptions,
  { plans, alertmanager }: Watched,
): Promise<NamedServer> {
  const { home, programs, config } = options;
  const asked = readFileSync(join(FILES, "prometheus/prometheus.yml"), "utf8");
  const services = addressesOf(plans);
  const to = hostOf(alertmanager.url);
  return supervised(opened, options, "prometheus", (at) =>
    startPrometheus({
      ...{ home, program: programs.prometheus, rules: rulesAt(home, config.alertPace) },
      config: (port) =>
        prometheusConfig(
          asked,
          {
            jobs: { ...services, alertmanager: to, prometheus: `127.0.0.1:${port}` },
            alertmanager: to,
            loadBalancer: services["load-balancer"] ?? "",
            tokenFile: config.metricsTokenFile,
          },
          config.alertPace,
        ),
      ...at,
    }),
  );
}

function supervised(
  opened: Resources,
  options: WatcherOptions,
  name: string,
  start: (at: ServerStart) => Promise<RunningServer>,
): Promise<NamedServer> {
  return step(options.log, name, async () => {
    const { port, url } = await superviseServer(opened, options, { name, start });
    return { said: `ready at 127.0.0.1:${port}`, value: { name, url, readyUrl: readyUrlOf(port) } };
  });
}

/** Where each service says how it is, by its name. */
function addressesOf(plans: readonly ServicePlan[]): Record<string, string> {
  return Object.fromEntries(plans.map(({ name, readyUrl }) => [name, hostOf(readyUrl)]));
}

function hostOf(url: string): string {
  return new URL(url).host;
}

/** The rules with the home in their commands; at another pace than 1 with shorter windows. */
function rulesAt(home: string, pace: number): Map<string, string> {
  const folder = join(FILES, "prometheus/rules");
  return new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".yml"))
      .map((name) => {
        const text = placedRules(readFileSync(join(folder, name), "utf8"), home);
        return [name, pace === 1 ? text : hurriedRules(text, pace)];
      }),
  );
}

/** Its file, for our own eyes; undefined, and the file gone, where there is none. */
function keptSecret(home: string, text: string | undefined): string | undefined {
  const path = join(home, "secrets", "slack-webhook-url");
  if (text === undefined) {
    rmSync(path, { force: true });
    return undefined;
  }
  mkdirSync(join(home, "secrets"), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
