import type { AuditRepository } from "@canarec/db-utils/audit/audit-repository";
import { addressOf } from "@canarec/service-kit/address";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import type { Request } from "express";
import { credentialOf } from "./authorise.ts";

export interface AuditParts {
  readonly audit: AuditRepository;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** What an operator asks for. */
export interface Asked {
  readonly action: string;
  /** Absent: who owns the token. */
  readonly actor?: string | undefined;
  readonly releaseId?: number;
  readonly reason?: string | undefined;
  readonly arguments?: unknown;
}

/**
 * Whatever an operator asks for is on record before it is done, and then with what became of it. Of one that
 * could not be put on record nothing is done.
 */
export async function audited<T>(
  { audit, nowMs, log }: AuditParts,
  req: Request,
  asked: Asked,
  work: () => Promise<T> | T,
): Promise<T> {
  const credential = credentialOf(req);
  const at = new Date(nowMs());
  const key = await audit.begin({
    ...{ at, actor: asked.actor ?? credential, action: asked.action },
    ...{ releaseId: asked.releaseId ?? null, reason: asked.reason ?? null },
    ...{ arguments: asked.arguments ?? {}, credential, source: addressOf(req) },
  });
  const end = (outcome: string) =>
    audit.end(key, outcome, { at, action: asked.action }).catch((failure: unknown) => {
      log.error({ key, outcome, reason: messageOf(failure) }, "an outcome is not on record");
    });
  try {
    const result = await work();
    await end("accepted");
    return result;
  } catch (failure) {
    await end(`refused: ${messageOf(failure)}`);
    throw failure;
  }
}
