import { Counter, type Registry } from "@canarec/service-kit/metrics";

/** Of a port that wants a token. */
export interface AuthenticationMetrics {
  /** A request had no token, or a wrong one. */
  refused(): void;
}

export function createAuthenticationMetrics(registry: Registry): AuthenticationMetrics {
  const failures = new Counter({
    name: "canarec_authentication_failures_total",
    help: "Requests without a valid token",
    registers: [registry],
  });
  return { refused: () => failures.inc() };
}
