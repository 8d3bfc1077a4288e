import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { assignTrack } from "@canarec/load-balancer/assignment/assign-track";
import { RoutingSnapshot } from "@canarec/load-balancer/contract";
import { startKafka } from "@canarec/local-cluster/kafka";
import { freePort } from "@canarec/local-cluster/port";
import { Resources } from "@canarec/service-kit/lifecycle";
import { type Target, anyUser, costOf, summary, untilServed } from "./proxy-parts/cpu-cost.ts";
import { startNginx } from "./proxy-parts/nginx.ts";
import { type Generator, type Measured, openGenerator } from "./serve-parts/generator.ts";
import { startService } from "./serve-parts/processes.ts";

const TOKEN = "of-this-benchmark";
const SALT = "bench";

/** Until a track that hangs has been found to: five failures in a row of 60 % of the deadline each, and more. */
const ONSET_SECONDS = 4;

/**
 * The data plane beside nginx, which proxies to the same replicas: CPU time for each request, in interleaved
 * rounds at one rate and at most. Then main's p99 while nightly, with a share of the users, hangs on every
 * request, against the same users at the same rate without it.
 *
 *   npm run bench -- proxy [--rounds N] [--seconds N] [--rate N] [--share 0.5] [--only cpu|hang]
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "12" },
      seconds: { type: "string", default: "5" },
      rate: { type: "string", default: "1500" },
      share: { type: "string", default: "0.5" },
      only: { type: "string" },
    },
  });
  const options: Options = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    perSecond: Number(values.rate),
    share: Number(values.share),
  };
  await using opened = new Resources();
  const home = mkdtempSync(path.join(tmpdir(), "canarec-proxy-"));
  opened.defer(() => rmSync(home, { recursive: true, force: true }));
  const system = await startSystem(home, opened);
  if (values.only !== "hang") await compareCosts(system, options, home);
  if (values.only !== "cpu") await compareTails(system, options);
}

interface Options {
  /** Of each side. */
  readonly rounds: number;
  /** Of one round. */
  readonly seconds: number;
  readonly perSecond: number;
  /** Of the users, on nightly. */
  readonly share: number;
}

interface System {
  readonly main: readonly string[];
  readonly nightly: string;
  readonly balancer: Target;
  readonly route: (nightlyWeight: number) => Promise<void>;
}

async function startSystem(home: string, opened: Resources): Promise<System> {
  const kafka = opened.use(await startKafka({ home }));
  const replica = async (program: string) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = { PORT: String(port) };
    opened.use(await startService(`tests/load/${program}.ts`, env, `${url}/readyz`));
    return url;
  };
  const constant = () => replica("serve-parts/constant-replica");
  const main = [await constant(), await constant()];
  const nightly = await replica("proxy-parts/hanging-replica");
  const [port, adminPort] = [await freePort(), await freePort()];
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, "control-token"), TOKEN, { mode: 0o600 });
  const env = {
    ...{ PORT: String(port), ADMIN_PORT: String(adminPort) },
    ...{ KAFKA_BROKERS: kafka.url, CANAREC_HOME: home },
  };
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const service = await startService("load-balancer/src/main.ts", env, `${adminUrl}/healthz`);
  opened.use(service);
  const balancer = { name: "canarec", url: `http://127.0.0.1:${port}`, pid: service.pid };
  const route = router(adminUrl, main, nightly);
  await route(0);
  await untilServed(balancer.url);
  return { main, nightly, balancer, route };
}

/** Writes snapshots as the control plane does: with nightly's weight, or without nightly. */
function router(adminUrl: string, main: readonly string[], nightly: string) {
  const named = (track: string) => (url: string, i: number) => ({ name: `${track}-${i + 1}`, url });
  let version = 0;
  return async (nightlyWeight: number) => {
    const snapshot = RoutingSnapshot.parse({
      v: 1,
      version: (version += 1),
      epoch: 1,
      nightlyWeight,
      salt: SALT,
      step: 1,
      releaseId: 1,
      leaseEndsAt: new Date(Date.now() + 600_000).toISOString(),
      replicas: {
        main: main.map(named("main")),
        nightly: nightlyWeight === 0 ? [] : [nightly].map(named("nightly")),
      },
      pinned: {},
    });
    for (;;) {
      const answer = await fetch(`${adminUrl}/routing`, {
        method: "PUT",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify(snapshot),
      });
      if (answer.ok) return;
      if (answer.status !== 503) throw new Error(`the routing was refused: ${answer.status}`);
      await sleep(100); // its worker is not there yet
    }
  };
}

async function compareCosts({ main, balancer }: System, options: Options, home: string) {
  await using opened = new Resources();
  const nginx = await startNginx(home, main);
  if (nginx === undefined) say("nginx is not installed: the data plane is measured alone");
  else opened.use(nginx);
  const targets: Target[] = [
    balancer,
    ...(nginx === undefined ? [] : [{ ...nginx, name: nginx.version }]),
  ];
  for (const load of ["open", "closed"] as const) {
    const costs = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
    await Promise.all(targets.map((target) => costOf(target, load, options))); // warm
    for (let round = 0; round < options.rounds; round += 1) {
      for (const target of targets) {
        costs.get(target.name)?.push(await costOf(target, load, options));
      }
    }
    const how = load === "open" ? `at ${options.perSecond}/s` : "at most";
    for (const [name, micros] of costs) {
      say(`${name}, ${how}: ${summary(micros, 0)} CPU µs a request`);
    }
    const [own = [], theirs = []] = [...costs.values()];
    if (nginx === undefined) continue;
    say(
      `  ratio: ${summary(
        own.map((micros, round) => micros / (theirs[round] ?? NaN)),
        2,
      )}`,
    );
  }
}

async function compareTails({ balancer, route }: System, options: Options): Promise<void> {
  const { rounds, seconds, perSecond, share } = options;
  await using generators = new Resources();
  const ofMain = generators.use(openGenerator(balancer.url));
  const ofNightly = generators.use(openGenerator(balancer.url));
  const most = await ofMain.closed({ seconds: 5, connections: 64, nextUser: anyUser });
  const percent = (100 * perSecond) / most.perSecond;
  say(`at most ${most.perSecond.toFixed(0)}/s; ${perSecond}/s are ${percent.toFixed(0)} % of it`);
  const round = async (nightlyWeight: number) => {
    await route(nightlyWeight);
    const both = { ofMain, ofNightly };
    return [await ask(both, { ...options, seconds: ONSET_SECONDS }), await ask(both, options)];
  };
  const tails = { without: [[], []] as number[][], hanging: [[], []] as number[][] };
  for (let i = 0; i < rounds; i += 1) {
    const order =
      i % 2 === 0 ? (["without", "hanging"] as const) : (["hanging", "without"] as const);
    for (const side of order) {
      const windows = await round(side === "hanging" ? share : 0);
      windows.forEach(({ latencies }, window) => {
        if (latencies.failed > 0) say(`  ${latencies.failed} of main's requests failed`);
        tails[side][window]?.push(latencies.percentile(0.99));
      });
    }
  }
  await route(0);
  const names = [`the first ${ONSET_SECONDS} s`, `the ${seconds} s after them`];
  names.forEach((name, window) => {
    const [without = [], hanging = []] = [tails.without[window], tails.hanging[window]];
    const ratios = hanging.map((ms, i) => ms / (without[i] ?? NaN));
    say(`main's p99 in ${name}: ${summary(without, 1)} ms without nightly,`);
    say(`  ${summary(hanging, 1)} ms while it hangs for ${share * 100} % of the users`);
    say(`  ratio: ${summary(ratios, 3)}`);
  });
}

/** Ask for all users at one rate. @returns what those of main's saw. */
async function ask(
  { ofMain, ofNightly }: Readonly<Record<"ofMain" | "ofNightly", Generator>>,
  { seconds, perSecond, share }: Options,
): Promise<Measured> {
  const user = (track: "main" | "nightly") => () => {
    for (;;) {
      const userId = anyUser();
      if (assignTrack(SALT, userId, share) === track) return userId;
    }
  };
  const [main] = await Promise.all([
    ofMain.open({ seconds, perSecond: perSecond * (1 - share), nextUser: user("main") }),
    ofNightly.open({ seconds, perSecond: perSecond * share, nextUser: user("nightly") }),
  ]);
  return main;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
