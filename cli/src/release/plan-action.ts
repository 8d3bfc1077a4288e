import { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import type { Forecast, LookForecast } from "@canarec/monitoring/analysis/forecast";
import { forecastRelease } from "@canarec/monitoring/judge/forecast-release";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { withDatabase } from "../with-database.ts";
import { controlApi } from "./control-api.ts";

interface PlanOptions extends CommonOptions {
  readonly plan?: string;
  readonly force?: boolean;
}

const Plans = z.object({ plans: z.record(z.string(), ReleasePlan) });

/** `canarec release plan` */
export async function planAction(context: CliContext, options: PlanOptions): Promise<void> {
  const { plan, forecast } = await forecastOf(context, options);
  printResult(context, options, { plan: plan.name, ...forecast }, () => inWords(plan, forecast));
}

/**
 * What the judge may plan with; undefined where there is too little traffic to say.
 *
 * @throws ServiceError where the plan cannot show its margin, unless that is forced.
 */
export async function expectationOf(
  context: CliContext,
  options: PlanOptions,
): Promise<{ users: number; information: number } | undefined> {
  const { plan, forecast } = await forecastOf(context, options);
  if (forecast.kind === "no-data") {
    context.terminal.err(`canarec: what this release can show is not known: ${forecast.reason}\n`);
    return undefined;
  }
  if (!forecast.canShowMargin && options.force !== true) {
    throw new ServiceError(
      "failed_precondition",
      `${inWords(plan, forecast)} Submit it all the same with --force.`,
    );
  }
  return { users: forecast.users, information: forecast.information };
}

async function forecastOf(
  context: CliContext,
  options: PlanOptions,
): Promise<{ plan: ReleasePlan; forecast: Forecast }> {
  const { plans } = Plans.parse(await controlApi(context, options).get("/plans"));
  const name = options.plan ?? "standard";
  const plan = plans[name];
  if (plan === undefined) {
    const known = Object.keys(plans).join(", ");
    throw new ServiceError("not_found", `there is no plan ${name}: ${known}`);
  }
  const forecast = await withDatabase(context, options, ({ pool }) =>
    forecastRelease(pool, plan, new Date()),
  );
  return { plan, forecast };
}

function inWords(plan: ReleasePlan, forecast: Forecast): string {
  if (forecast.kind === "no-data") return `The plan ${plan.name}: no data, ${forecast.reason}.`;
  const verb = forecast.canShowMargin ? "can" : "cannot";
  const lines = forecast.looks.map((look) => lookInWords(plan, look));
  return `The plan ${plan.name} ${verb} show its margin of ${percent(plan.margin)}. ${lines.join(" ")}`;
}

function lookInWords({ margin }: ReleasePlan, look: LookForecast): string {
  return (
    `After ${Math.round(look.afterSeconds / 60)} min, with ${look.usersPerTrack} users a track: an equal build is proven ` +
    `no worse by ${percent(margin)} with a probability of ${percent(look.powerToShowMargin)}; the least difference ` +
    `found with 80 % is ${percent(look.minimumEffect)}.`
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
