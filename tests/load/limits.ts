import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { RateLimit } from "@canarec/load-balancer/proxy/rate-limit";
import { startKafka } from "@canarec/local-cluster/kafka";
import { freePort } from "@canarec/local-cluster/port";
import { Resources } from "@canarec/service-kit/lifecycle";
import { type Target, costOf, summary, untilServed } from "./proxy-parts/cpu-cost.ts";
import { startService } from "./serve-parts/processes.ts";

/** Never reached, so that both sides answer all. */
const HIGH = "1000000";
const DECISIONS = 1_000_000;

/**
 * What rate limits cost: CPU time of a request through two load balancers that differ in them alone, over the same replicas,
 * in turn; and of one decision by itself, with so many addresses.
 *
 *   npm run bench -- limits [--rounds N] [--seconds N] [--rate N]
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "12" },
      seconds: { type: "string", default: "5" },
      rate: { type: "string", default: "1500" },
    },
  });
  const [rounds, seconds, perSecond] = [values.rounds, values.seconds, values.rate].map(Number);
  const options = { rounds: rounds ?? NaN, seconds: seconds ?? NaN, perSecond: perSecond ?? NaN };
  for (const addresses of [1, 1_000, 10_000, 100_000]) decideFor(addresses);
  await using opened = new Resources();
  const home = mkdtempSync(path.join(tmpdir(), "canarec-limits-"));
  opened.defer(() => rmSync(home, { recursive: true, force: true }));
  await compare(await startSides(home, opened), options);
}

/** Nanoseconds of a decision while so many addresses ask in turn. */
function decideFor(addresses: number): void {
  const limit = new RateLimit({ recommend: 1e9, api: 0, change: 0, other: 0 });
  const names = Array.from(
    { length: addresses },
    (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
  );
  const round = () => {
    const startedMs = performance.now();
    for (let i = 0; i < DECISIONS; i += 1) limit.waitMs("recommend", names[i % addresses], i);
    return ((performance.now() - startedMs) * 1e6) / DECISIONS;
  };
  round(); // warm
  say(`a decision, ${addresses} addresses: ${summary([round(), round(), round()], 0)} ns`);
}

/** A load balancer with limits and one without, which share two replicas. */
async function startSides(home: string, opened: Resources): Promise<[Target, Target]> {
  const kafka = opened.use(await startKafka({ home, cacheDir: process.env["CANAREC_CACHE"] }));
  const replica = async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const program = "tests/load/serve-parts/constant-replica.ts";
    opened.use(await startService(program, { PORT: String(port) }, `${url}/readyz`));
    return url;
  };
  const replicas = [await replica(), await replica()].join(",");
  const side = async (name: string, limit: string): Promise<Target> => {
    const [port, adminPort] = [await freePort(), await freePort()];
    const env = {
      ...{ PORT: String(port), ADMIN_PORT: String(adminPort), REPLICA_URLS: replicas },
      ...{ KAFKA_BROKERS: kafka.url, CANAREC_HOME: path.join(home, name) },
      ...{ RATE_LIMIT_RECOMMEND: limit, RATE_LIMIT_API: limit },
      ...{ RATE_LIMIT_CHANGES: limit, RATE_LIMIT_OTHER: limit },
    };
    const ready = `http://127.0.0.1:${adminPort}/readyz`;
    const { pid } = opened.use(await startService("load-balancer/src/main.ts", env, ready));
    const url = `http://127.0.0.1:${port}`;
    await untilServed(url);
    return { name, url, pid };
  };
  return [await side("with limits", HIGH), await side("without", "0")];
}

async function compare(
  [limited, free]: readonly [Target, Target],
  options: { readonly rounds: number; readonly seconds: number; readonly perSecond: number },
): Promise<void> {
  for (const load of ["open", "closed"] as const) {
    const cost = (target: Target) => costOf(target, load, options);
    await cost(limited); // warm
    await cost(free);
    const rounds: { readonly limited: number; readonly free: number }[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const first = round % 2 === 0 ? await cost(limited) : undefined;
      const other = await cost(free);
      rounds.push({ limited: first ?? (await cost(limited)), free: other });
    }
    say(load === "open" ? `at ${options.perSecond}/s, CPU µs a request:` : "at most, likewise:");
    const of = (side: "limited" | "free") => rounds.map((one) => one[side]);
    say(`  ${limited.name}: ${summary(of("limited"), 0)}`);
    say(`  ${free.name}: ${summary(of("free"), 0)}`);
    say(
      `  ratio: ${summary(
        rounds.map((one) => one.limited / one.free),
        3,
      )}`,
    );
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
