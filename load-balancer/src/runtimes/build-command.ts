import { withinTime } from "@canarec/service-kit/time-limit";
import { BUNDLE_COMMAND, BUNDLE_LIMIT_MS, bundleIdFrom } from "./bundle-report.ts";
import type { EndedCommand } from "./ended-command.ts";
import { GATE_LIMIT_MS, gateCommand, gateReportFrom } from "./gate-command.ts";
import type { Runtime } from "./runtime.ts";

/** Runs a command of a prepared build to its end, or until the signal. Never rejects for how it ended. */
export type RunCommand = (
  code: string,
  command: readonly string[],
  limit: AbortSignal,
) => Promise<EndedCommand>;

/** What a build is asked to do for its release, by commands of its own. */
export function buildCommands(run: RunCommand): Pick<Runtime, "buildBundle" | "runGate"> {
  return {
    async buildBundle(code, signal) {
      return bundleIdFrom(await run(code, BUNDLE_COMMAND, withinTime(signal, BUNDLE_LIMIT_MS)));
    },
    async runGate(code, bundles, signal) {
      const limit = withinTime(signal, GATE_LIMIT_MS);
      return gateReportFrom(await run(code, gateCommand(bundles), limit), bundles);
    },
  };
}
