import { createAuditRepository } from "@canarec/db-utils/audit/audit-repository";
import { createTokenRepository } from "@canarec/db-utils/audit/token-repository";
import type { Database } from "@canarec/db-utils/database";
import type { Resources } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import type { Registry } from "@canarec/service-kit/metrics";
import { createAuthenticationMetrics } from "../admin/metrics.ts";
import { requireOperator } from "./authorise.ts";
import type { ControlConfig } from "./config.ts";
import { openFailedAttempts } from "./failed-attempts.ts";

interface OperatorsParts {
  readonly database: Database;
  readonly registry: Registry;
  readonly opened: Resources;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Who may ask, and the record of what was asked. */
export function openOperators(
  { tokenFile }: Pick<ControlConfig, "tokenFile">,
  { database, registry, opened, nowMs, log }: OperatorsParts,
) {
  const audit = createAuditRepository(database);
  const tokens = createTokenRepository(database);
  const metrics = createAuthenticationMetrics(registry);
  const failures = opened.use(
    openFailedAttempts({
      ...{ audit, log, now: () => new Date(nowMs()) },
      counted: () => metrics.refused(),
    }),
  );
  return { audit, tokens, authorise: requireOperator({ tokenFile, tokens, failures }) };
}
