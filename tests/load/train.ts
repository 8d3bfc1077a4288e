// Fits of the dense models: EASE's matrix, the factors of 20 million interactions, and a user folded in.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { ease } from "@canarec/inference/models/ease/ease";
import { ials } from "@canarec/inference/models/ials/ials";
import { type Interactions, rowOf } from "@canarec/inference/models/interactions";
import type { FitTools, MatrixProducts, Scorer } from "@canarec/inference/models/model";
import { openProducts } from "@canarec/inference/training/open-products";
import { restrictTo } from "./restrict-to.ts";
import { measuredProducts } from "./train-parts/measured-products.ts";
import { syntheticInteractions } from "./train-parts/synthetic-interactions.ts";

const EASE_USERS = 20_000;
const EASE_INTERACTIONS = 2_000_000;
const IALS_USERS = 138_000;
const IALS_MOVIES = 27_000;
/** A long history; the model looks at no more. */
const HISTORY = 200;
const FOLDED = 2_000;

/**
 * Seconds, peak memory and rates, on interactions that are drawn:
 *
 *   npm run bench -- train [--cores 0,1] [--threads 2] [--only ease,ials] [--movies 9742] [--interactions 20000000]
 *     [--iterations 15]
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cores: { type: "string" },
      threads: { type: "string", default: "2" },
      only: { type: "string", default: "ease,ials" },
      movies: { type: "string", default: "9742" },
      interactions: { type: "string", default: "20000000" },
      iterations: { type: "string", default: "15" },
    },
  });
  if (values.cores !== undefined) restrictTo(values.cores);
  print(`cores ${availableParallelism()}, threads ${values.threads}, Node ${process.version}`);
  await using products = openProducts(Number(values.threads));
  const only = values.only.split(",");
  if (only.includes("ease")) await fitEase(products, Number(values.movies));
  if (!only.includes("ials")) return;
  const size = {
    users: IALS_USERS,
    movies: IALS_MOVIES,
    interactions: Number(values.interactions),
  };
  const interactions = syntheticInteractions(size);
  foldIn(await fitIals(products, interactions, Number(values.iterations)), interactions);
}

async function fitEase(openedProducts: MatrixProducts, movies: number): Promise<void> {
  const interactions = syntheticInteractions({
    users: EASE_USERS,
    movies,
    interactions: EASE_INTERACTIONS,
  });
  const { products, work } = measuredProducts(openedProducts);
  const startedAt = performance.now();
  await ease.fit(
    interactions,
    ease.defaults,
    toolsOf(products, async () => undefined),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const known = new Set(interactions.movieOf).size;
  print(`EASE, ${known} movies, ${interactions.movieOf.length} likes`);
  print(`  whole fit                     ${seconds.toFixed(1)} s`);
  print(
    `  matrix products               ${(work.ms / 1_000).toFixed(1)} s, ${rate(work)} (aim ≥ 20)`,
  );
  print(`  peak memory                   ${peakMemory()}`);
}

async function fitIals(
  products: MatrixProducts,
  interactions: Interactions,
  iterations: number,
): Promise<Scorer> {
  const ends: number[] = [];
  const tools = toolsOf(products, async () => ends.push(performance.now()));
  const before = peakMemory();
  const config = { ...ials.defaults, iterations };
  const artifact = await ials.fit(interactions, config, tools);
  const seconds = ends.slice(1).map((end, at) => (end - (ends[at] ?? NaN)) / 1_000);
  // The first one also turns the matrix over and starts the threads.
  const sorted = seconds.slice(1).toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? NaN;
  print(`iALS, ${ials.defaults.factors} factors, ${interactions.movieOf.length} interactions`);
  print(`  first iteration               ${(seconds[0] ?? NaN).toFixed(1)} s`);
  print(`  an iteration, median          ${median.toFixed(2)} s (aim ≤ 10 s)`);
  print(`  ${iterations} iterations                 ${sum(seconds).toFixed(1)} s`);
  print(`  peak memory                   ${peakMemory()}, before the fit ${before}`);
  return ials.prepare(artifact);
}

function foldIn(scorer: Scorer, interactions: Interactions): void {
  const long = Array.from({ length: interactions.users }, (_, user) => rowOf(interactions, user))
    .filter(({ movieOf }) => movieOf.length >= HISTORY)
    .slice(0, FOLDED)
    .map(({ movieOf, preferences, times }) => ({
      movieOf: movieOf.subarray(0, HISTORY),
      preferences: preferences.subarray(0, HISTORY),
      times: times.subarray(0, HISTORY),
    }));
  const [one, score] = [new Float32Array(1), new Float32Array(scorer.movies)];
  const folded = long.map((user) => timeOf(() => scorer.scoreSome(user, Int32Array.of(0), one)));
  const scored = long.map((user) => timeOf(() => scorer.score(user, score)));
  print(`a user of ${HISTORY} movies, ${long.length} of them`);
  print(`  folded in                     ${percentiles(folded)} (aim < 1 ms)`);
  print(`  and all ${scorer.movies} movies scored   ${percentiles(scored)}`);
}

function toolsOf(products: MatrixProducts, progress: FitTools["progress"]): FitTools {
  const features = { embeddings: new Float32Array(0), dimensions: 0, genres: [], people: [] };
  return { features, products, progress };
}

function timeOf(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function percentiles(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(3);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
const rate = ({ operations, ms }: { operations: number; ms: number }): string =>
  `${(operations / ms / 1e6).toFixed(0)} GFLOP/s`;
/** Of the process so far. */
const peakMemory = (): string => `${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
