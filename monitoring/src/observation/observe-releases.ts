import type { Database } from "@canarec/db-utils/database";
import { bundleTimes } from "@canarec/db-utils/observation/server-state";
import { createReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { isJudged } from "../analysis/moments.ts";
import { RECORD_VERSION, type VerdictRecord } from "../analysis/judge.ts";
import { releasesUnderJudgement } from "../judge/release-under-judgement.ts";
import type { Sample } from "./observed-gauges.ts";
import type { Observer } from "./start-observation.ts";
import { VERDICT_NAMES, verdictFigures } from "./verdict-figures.ts";

/** The newest verdict of the release that is judged, and how old the bundles are that are served. */
export function observeReleases(db: Pick<Database, "pool" | "transaction">): Observer {
  const releases = createReleaseRepository(db);
  const bundle = async (track: string, bundleId: string | null | undefined): Promise<Sample[]> => {
    const times = bundleId ? await bundleTimes(db.pool, bundleId) : undefined;
    if (times === undefined) return [];
    const { createdAt, highEventAt } = times;
    return [
      sampleAt("canarec_bundle_created_timestamp_seconds", track, createdAt),
      ...(highEventAt === null
        ? []
        : [sampleAt("canarec_bundle_watermark_timestamp_seconds", track, highEventAt)]),
    ];
  };
  return {
    name: "releases",
    everyMs: 10_000,
    gauges: [
      ...VERDICT_NAMES,
      "canarec_bundle_created_timestamp_seconds",
      "canarec_bundle_watermark_timestamp_seconds",
    ],
    async look() {
      const [main] = await releases.mains(1);
      const [trial] = await releasesUnderJudgement(db.pool);
      const judged = trial !== undefined && isJudged(trial.rollout.state);
      const record = judged ? await releases.verdictRecord(trial.release.releaseId) : undefined;
      return [
        ...(await bundle("main", main?.bundleId)),
        ...(await bundle("nightly", trial?.release.bundleId)),
        ...(isRecord(record) ? verdictFigures(record) : []),
      ];
    },
  };
}

function sampleAt(name: Sample["name"], track: string, at: Date): Sample {
  return { name, labels: { track }, value: at.getTime() / 1_000 };
}

/** Written by the judge alone; another version's is not understood. */
function isRecord(record: unknown): record is VerdictRecord {
  return (record as VerdictRecord | undefined)?.v === RECORD_VERSION;
}
