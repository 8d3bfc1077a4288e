import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ReleaseReport } from "@canarec/cli/release/control-api";
import { readClusterFile } from "@canarec/local-cluster/cluster-file";

/**
 * What `canarec release status ID` reports, asked of the control plane itself: waiting for a state asks
 * often, and starting the command each time takes more of the machine than the cluster does.
 *
 * @throws Error while the control plane is away, and for a release that it does not know.
 */
export async function releaseStatus(home: string, releaseId: number): Promise<ReleaseReport> {
  const url = readClusterFile(home)?.controlUrl;
  if (url === undefined || url === null) throw new Error(`no control plane in ${home}`);
  const token = readFileSync(join(home, "control-token"), "utf8").trim();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/releases/${releaseId}`, { headers });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error(`release ${releaseId}: ${JSON.stringify(body)}`);
  return ReleaseReport.parse(body);
}
