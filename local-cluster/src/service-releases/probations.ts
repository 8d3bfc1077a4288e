import type { Queryable } from "@canarec/db-utils/queryable";
import type { ServiceRelease } from "@canarec/db-utils/releases/service-release-repository";
import { whyWorse } from "./judge-work.ts";
import { type WitnessedWork, openMeter, pastWork } from "./measure-work.ts";

/** A build that took over, and is watched for a while. */
export interface Probation {
  readonly release: ServiceRelease;
  /** Of the build that served before, kept until it is over. */
  readonly folderBefore: string;
  /** Undefined while it does no worse. */
  readonly whyWorse: () => Promise<string | undefined>;
  readonly endsAtMs: number;
}

export interface ProbationOptions {
  readonly client: Queryable;
  readonly now: () => Date;
  /** 0: none. */
  readonly probationMs: number;
}

/** Begin to watch, before the build takes over, so that nothing that it does is missed. */
export async function openProbation(
  release: ServiceRelease,
  folderBefore: string,
  { client, now, probationMs }: ProbationOptions,
): Promise<Probation> {
  const { service } = release;
  const since = now();
  const before = await pastWork(client, service, since);
  const meter = await openMeter(client, service, since);
  return {
    release,
    folderBefore,
    whyWorse: async () => worst(before, await meter()),
    endsAtMs: since.getTime() + probationMs,
  };
}

function worst(before: WitnessedWork, after: WitnessedWork): string | undefined {
  for (const [witness, work] of after) {
    const why = whyWorse(before.get(witness) ?? { done: 0, bad: 0 }, work);
    if (why !== undefined) return `${witness}: ${why}`;
  }
  return undefined;
}
