import { parse, stringify } from "yaml";
import { z } from "zod";
import { hurriedDuration } from "./hurry-rules.ts";

const Targets = z.array(z.looseObject({ targets: z.array(z.string()) }));
const Job = z.looseObject({
  job_name: z.string(),
  static_configs: Targets.optional(),
  http_sd_configs: z.array(z.looseObject({ url: z.string() })).optional(),
  authorization: z.looseObject({ credentials_file: z.string() }).optional(),
});
const Config = z.looseObject({
  global: z.looseObject({ scrape_interval: z.string(), evaluation_interval: z.string() }),
  scrape_configs: z.array(Job),
});

/** Shorter, Prometheus would be busy with asking alone. */
const SHORTEST_MS = 1_000;

/** Where everything is that Prometheus asks and tells, as `host:port`. */
export interface ScrapeAddresses {
  /** By job of the scrape configuration; a job that is absent is not asked. */
  readonly jobs: Readonly<Record<string, string>>;
  readonly alertmanager: string;
  /** Lists the replicas of inference. */
  readonly loadBalancer: string;
  /** Absolute; of those who read metrics of ours. Undefined: they are asked without a token. */
  readonly tokenFile: string | undefined;
}

/**
 * The scrape configuration with other addresses: each job's own, and for replicas the load balancer's list of them; and
 * with another token for those that want one, or none.
 *
 * @param text `monitoring/prometheus/prometheus.yml`.
 * @param pace how many times shorter intervals are, down to a second; above 0.
 * @throws ZodError where the text is no configuration of Prometheus.
 */
export function prometheusConfig(text: string, at: ScrapeAddresses, pace: number): string {
  const config = Config.parse(parse(text));
  const interval = (usual: string) => {
    const ms = parseInt(hurriedDuration(usual, pace), 10);
    return `${Math.max(SHORTEST_MS, ms)}ms`;
  };
  const scrape = interval(config.global.scrape_interval);
  return stringify(
    {
      ...config,
      global: {
        scrape_interval: scrape,
        scrape_timeout: scrape,
        evaluation_interval: interval(config.global.evaluation_interval),
      },
      alerting: { alertmanagers: [{ static_configs: [{ targets: [at.alertmanager] }] }] },
      scrape_configs: config.scrape_configs.flatMap((job) => jobAt(job, at, scrape)),
    },
    { lineWidth: 0 },
  );
}

/** The job with its addresses here; none where it is not asked. */
function jobAt(job: z.output<typeof Job>, at: ScrapeAddresses, interval: string): object[] {
  const { static_configs: _static, dns_sd_configs: _dns, http_sd_configs: listed, ...others } = job;
  const { authorization, ...rest } = others;
  const isOurs = authorization !== undefined && at.tokenFile !== undefined;
  const token = isOurs
    ? { authorization: { ...authorization, credentials_file: at.tokenFile } }
    : {};
  if (listed !== undefined) {
    const url = `http://${at.loadBalancer}/scrape-targets`;
    return [
      { ...rest, ...token, http_sd_configs: [{ url, refresh_interval: interval, ...token }] },
    ];
  }
  const address = at.jobs[job.job_name];
  return address === undefined
    ? []
    : [{ ...rest, ...token, static_configs: [{ targets: [address] }] }];
}
