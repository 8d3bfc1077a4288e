import { parseArgs } from "node:util";
import { STRIDE } from "@canarec/inference/retrieval/packed-history";
import { createRecommender } from "@canarec/inference/serving/recommender";
import { ServingModel } from "@canarec/inference/serving/serving-model";
import { Latencies } from "./serve-parts/latencies.ts";
import { openSampler } from "./score-parts/sampler.ts";
import { syntheticBundle } from "./score-parts/synthetic-bundle.ts";

/** Rounds before measuring, in which the compiler learns what is hot. */
const WARM_UP = 300;

/**
 * In one process: a list of 20 from a history that was never asked for before (fold-in, every model's scores,
 * blend, variety, exploration), and the same by neighbours alone.
 *
 *   npm run bench -- score [--movies 27000] [--history 200] [--users 2000] [--alike]
 *
 * Models weigh what training gives them; `--alike`: all the same, so that every one is asked.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      movies: { type: "string", default: "27000" },
      history: { type: "string", default: "200" },
      users: { type: "string", default: "2000" },
      alike: { type: "boolean", default: false },
    },
  });
  const [movies, history, users] = [values.movies, values.history, values.users].map(Number);
  if (!movies || !history || !users) throw new Error("expected numbers above 0");
  const sampler = openSampler(movies, 1);
  const contents = await syntheticBundle({ movies, sampler, alike: values.alike });
  const learned = new ServingModel("0".repeat(64), contents);
  const { learned: _, ...without } = contents;
  const plain = new ServingModel("1".repeat(64), without);
  const histories = Array.from({ length: users + WARM_UP }, () => randomHistory(history, sampler));
  print(
    `${movies} movies, ${history} a history, models ${learned.learned?.ranker.models.join(", ")}`,
  );
  const byModels = measure(learned, histories);
  const byNeighbours = measure(plain, histories);
  print(
    `by models:     mean ${byModels.mean.toFixed(2)} (${byModels.cpuMs.toFixed(2)} of processor), ${String(byModels.latencies)}`,
  );
  print(
    `by neighbours: mean ${byNeighbours.mean.toFixed(2)} (${byNeighbours.cpuMs.toFixed(2)} of processor), ${String(byNeighbours.latencies)}`,
  );
  print(
    `ratio of means: ${(byModels.mean / byNeighbours.mean).toFixed(1)}; aim: p99 < 5 ms, mean ≤ 1 ms`,
  );
}

function measure(model: ServingModel, histories: readonly Float64Array[]) {
  const recommender = createRecommender();
  const latencies = new Latencies();
  let total = 0;
  let cpu = process.cpuUsage();
  histories.forEach((history, userId) => {
    const startMs = performance.now();
    const { movies } = recommender.recommend(model, history, { n: 20, userId });
    const ms = performance.now() - startMs;
    if (movies.length !== 20) throw new Error(`a list of ${movies.length} movies`);
    if (userId < WARM_UP) {
      cpu = process.cpuUsage();
      return;
    }
    latencies.add(ms);
    total += ms;
  });
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1_000 / latencies.count;
  return { latencies, mean: total / latencies.count, cpuMs };
}

/** Distinct movies, each rated or watched, over two years. */
function randomHistory(length: number, sampler: ReturnType<typeof openSampler>): Float64Array {
  const movies = new Set<number>();
  while (movies.size < length) movies.add(sampler.movie());
  const keys = [...movies].map((movie) => movie + 1).sort((a, b) => a - b);
  const history = new Float64Array(length * STRIDE);
  keys.forEach((key, row) => {
    const atMs = 1_700_000_000_000 + Math.floor(sampler.uniform() * 63_072_000_000);
    const isRated = sampler.uniform() < 0.3;
    const rating = isRated ? Math.ceil(sampler.uniform() * 10) / 10 : NaN;
    const minute = Math.floor(sampler.uniform() * 100);
    history.set([key, minute, atMs, atMs, rating, isRated ? atMs : NaN], row * STRIDE);
  });
  return history;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
