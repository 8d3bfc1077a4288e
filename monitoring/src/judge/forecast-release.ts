import { pastTraffic } from "@canarec/db-utils/analysis/past-traffic";
import type { Queryable } from "@canarec/db-utils/queryable";
import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { type Forecast, entrySeconds, forecast } from "../analysis/forecast.ts";
import { ratioOf } from "../statistics/ratio-metric.ts";
import { NO_USERS } from "../statistics/sufficient-sums.ts";

/** What a release with this plan can show, from the traffic of the last 7 days. */
export async function forecastRelease(
  client: Queryable,
  plan: ReleasePlan,
  now: Date,
): Promise<Forecast> {
  const row = await pastTraffic(client, {
    now,
    entrySeconds: entrySeconds(plan),
    attributionSeconds: plan.attributionSeconds,
    metric: plan.metric,
  });
  const whole = (value: number) => BigInt(Math.round(value));
  const ratio = ratioOf({
    ...NO_USERS,
    n: whole(row.n),
    s: whole(row.s),
    k: whole(row.k),
    ss: whole(row.ss),
    kk: whole(row.kk),
    sk: whole(row.sk),
  });
  const known = ratio.kind !== "undefined";
  return forecast(plan, {
    seconds: row.seconds,
    users: [row.usersFirst, row.usersSecond],
    mean: known ? ratio.value : 0,
    userVariance: known ? ratio.variance * ratio.n : 0,
  });
}
