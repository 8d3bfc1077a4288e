import type { StreamEvent } from "@canarec/stream-parser/contract/event";
import { createZone } from "@canarec/stream-parser/contract/zone";
import type { SimulatorMetrics } from "./metrics.ts";
import type { Recommender } from "./recommendations/ask-recommender.ts";
import type { Publisher } from "./stream/publisher.ts";
import type { RecommendationRequest } from "./world/answers.ts";
import { streamLine } from "./world/lines.ts";
import { randomStream } from "./world/random.ts";
import type { World } from "./world/world.ts";

export interface DriveOptions {
  readonly world: World;
  readonly publisher: Publisher;
  readonly recommender: Recommender;
  readonly metrics: SimulatorMetrics;
  readonly now: () => number;
  readonly streamZone: string;
  readonly damagedShare: number;
}

const TICK_MS = 100;

/** After a longer pause (a machine that slept) the world goes on from now, without a flood of lines. */
const LONGEST_GAP_MS = 10_000;

/** Let a world live in wall-clock time: its lines to the stream, its users to the recommender. */
export function driveWorld(options: DriveOptions): AsyncDisposable {
  const { world, recommender, metrics, now } = options;
  const write = lineWriter(options);
  const asking = new Set<Promise<void>>();
  const ask = async (request: RecommendationRequest) => {
    const answer = await recommender.ask(request.userId);
    metrics.recommenderAnswered(outcomeOf(answer.status), answer.ms / 1_000);
    const { event, visit } = world.answer(request, answer, now());
    write(event);
    const found = visit.position === undefined ? "browsed" : "recommended";
    metrics.visited(visit.movie ? found : "nothing", visit.movie ? visit.lastMinute + 1 : 0);
  };
  const tick = () => {
    const nowMs = now();
    if (nowMs - world.nowMs() > LONGEST_GAP_MS) world.skip(nowMs);
    const { events, requests } = world.advance(nowMs);
    for (const event of events) write(event);
    for (const request of requests) {
      const asked = ask(request).finally(() => asking.delete(asked));
      asking.add(asked);
    }
    sample(options);
  };
  world.skip(now()); // to make a large world takes seconds
  const timer = setInterval(tick, TICK_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(asking); // each ends within the deadline
    },
  };
}

function lineWriter(options: DriveOptions): (event: StreamEvent) => void {
  const { world, publisher, metrics } = options;
  const log = { zone: createZone(options.streamZone), damagedShare: options.damagedShare };
  const random = randomStream(world.platform.seed, "damage", world.nowMs());
  return (event) => {
    const line = streamLine(event, log, random);
    metrics.lineMade(line.kind, line.damage !== undefined);
    publisher.publish(line.text);
  };
}

function sample({ world, publisher, metrics }: DriveOptions): void {
  metrics.stateSampled({
    watching: world.watching(),
    users: world.platform.population.count(),
    movies: world.platform.catalogue.movies.length,
    buffered: publisher.buffered(),
  });
}

function outcomeOf(status: number): "list" | "refused" | "none" {
  if (status === 200) return "list";
  return status === 0 ? "none" : "refused";
}
