import { messageOf } from "@canarec/service-kit/errors";
import { fetchMonitoringPrograms } from "@canarec/local-cluster/watching/fetch-programs";
import type { MonitoringPrograms } from "@canarec/local-cluster/watching/monitoring-programs";

/** The programs, or why the tests that need them are skipped. */
export type ProgramsOrNot =
  | { readonly programs: MonitoringPrograms; readonly why?: undefined }
  | { readonly programs?: undefined; readonly why: string };

/** Prometheus and Alertmanager of this machine, or of Debian's archive where it can be reached. */
export async function programsOrNot(): Promise<ProgramsOrNot> {
  const places = { path: process.env["PATH"], cacheDir: process.env["CANAREC_CACHE"] };
  try {
    return { programs: await fetchMonitoringPrograms(places) };
  } catch (failure) {
    return { why: messageOf(failure) };
  }
}
