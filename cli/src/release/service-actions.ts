import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { type ControlApi, actor, controlApi } from "./control-api.ts";

const WAIT_MS = 500;

/** States in which a release of a service has yet to come to something. */
const OPEN = ["queued", "preparing", "replacing"];

const ServiceReport = z.object({
  serviceReleaseId: z.number(),
  service: z.string(),
  ref: z.string(),
  code: z.string(),
  tag: z.string().nullable(),
  actor: z.string(),
  state: z.string(),
  submittedAt: z.string(),
  changedAt: z.string(),
  reason: z.string(),
});
type ServiceReport = z.output<typeof ServiceReport>;

export interface ServiceOptions extends CommonOptions {
  readonly ref: string;
}

/** `canarec release service NAME --ref REF`: waits until it has taken over. */
export async function serviceAction(
  context: CliContext,
  service: string,
  options: ServiceOptions,
): Promise<void> {
  const api = controlApi(context, options);
  const body = { service, ref: options.ref, actor: actor(), source: "cli" };
  const answer = await api.post("/service-releases", body);
  const { serviceReleaseId } = z.object({ serviceReleaseId: z.number() }).parse(answer);
  const report = await serviceOutcome(api, serviceReleaseId, context.signal);
  printResult(context, options, report, serviceInWords);
}

/**
 * Wait until a release of a service has taken over.
 *
 * @throws ServiceError `failed_precondition` with why it has not.
 */
export async function serviceOutcome(
  api: ControlApi,
  id: number,
  signal: AbortSignal,
): Promise<ServiceReport> {
  for (;;) {
    const report = ServiceReport.parse(await api.get(`/service-releases/${id}`));
    if (!OPEN.includes(report.state)) {
      if (report.state === "serving" || report.state === "replaced") return report;
      const message = `release ${id} of ${report.service} is ${report.state}: ${report.reason}`;
      throw new ServiceError("failed_precondition", message);
    }
    await sleep(WAIT_MS, undefined, { signal });
  }
}

export function serviceInWords({ serviceReleaseId, service, code, state }: ServiceReport): string {
  return `Release ${serviceReleaseId}: ${service} of ${code.slice(0, 12)} is ${state}.`;
}

/** `canarec release services` */
export async function listServicesAction(
  context: CliContext,
  options: CommonOptions,
): Promise<void> {
  const listed = z
    .object({ serviceReleases: z.array(ServiceReport) })
    .parse(await controlApi(context, options).get("/service-releases"));
  printResult(context, options, listed, ({ serviceReleases }) =>
    table(
      ["release", "service", "state", "ref", "commit", "changed", "because"],
      serviceReleases.map((one) => [
        ...[String(one.serviceReleaseId), one.service, one.state, one.ref],
        ...[one.code.slice(0, 12), one.changedAt.slice(0, 19), one.reason],
      ]),
    ),
  );
}
