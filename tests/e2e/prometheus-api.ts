import { z } from "zod";

const Targets = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({ labels: z.record(z.string(), z.string()), health: z.string() }),
    ),
  }),
});
const Vector = z.object({
  status: z.literal("success"),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

export interface ScrapedTarget {
  readonly job: string;
  readonly track: string | undefined;
  readonly isUp: boolean;
}

/** Whom a Prometheus asks now. */
export async function scrapedTargets(url: string): Promise<ScrapedTarget[]> {
  const answer = await fetch(`${url}/api/v1/targets?state=active`);
  return Targets.parse(await answer.json()).data.activeTargets.map(({ labels, health }) => ({
    ...{ job: labels["job"] ?? "", track: labels["track"], isUp: health === "up" },
  }));
}

/**
 * The values of a query now; numbers that are none are left out.
 *
 * @throws where the query does not parse or cannot be evaluated.
 */
export async function queried(url: string, expr: string): Promise<number[]> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
  if (!answer.ok) throw new Error(`${expr}: ${await answer.text()}`);
  return Vector.parse(await answer.json())
    .data.result.map(({ value }) => Number(value[1]))
    .filter((value) => !Number.isNaN(value));
}
