import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { ServicePlan } from "./services.ts";

const LIMIT_MS = 5_000;

const Status = z.object({ main: z.object({ releaseId: z.int(), code: z.string() }) });

/** The release that main is. */
export type ServedMain = z.output<typeof Status>["main"];

/** Which release is main, as the control plane says it. */
export async function servedMain(
  plans: readonly ServicePlan[],
  tokenFile: string,
): Promise<ServedMain> {
  const url = plans.find(({ name }) => name === "control-plane")?.url;
  const token = (await readFile(tokenFile, "utf8")).trim();
  const answer = await fetch(`${url ?? ""}/status`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  return Status.parse(await answer.json()).main;
}
