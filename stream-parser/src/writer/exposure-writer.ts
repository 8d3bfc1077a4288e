import type { Database } from "@canarec/db-utils/database";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { Exposure } from "@canarec/load-balancer/contract/exposure";
import { type Rejection, rejection } from "../parsing/rejection.ts";
import { keptDays } from "./kept-days.ts";
import type { TopicWriter } from "./topic-writer.ts";

/** Days of exposures that are kept. */
const KEPT_DAYS = 14;

/** 100 movie ids of 256 bytes, their propensities, and room. */
const MAX_BYTES = 65_536;

export interface ExposureWriterOptions {
  readonly db: Database;
  readonly now: () => Date;
}

/** Writes the load balancer's exposures. One sent twice is one row. */
export function createExposureWriter({ db, now }: ExposureWriterOptions): TopicWriter<Exposure> {
  return {
    parse: parseExposure,
    async prepare(messages) {
      const window = keptDays(now(), KEPT_DAYS);
      const kept = messages
        .map(({ event }) => event)
        .filter((exposure) => window.includes(Date.parse(exposure.at)));
      return {
        highEventAtMs: messages.reduce<number | null>(
          (high, { event }) => Math.max(high ?? 0, Date.parse(event.at)),
          null,
        ),
        write: async (client) => {
          if (kept.length > 0) await client.query(INSERT, [JSON.stringify(kept)]);
        },
      };
    },
    refresh: async () => {
      await ensurePartitions(db, now());
    },
  };
}

/** One message of the exposure topic. Total. */
export function parseExposure(value: Buffer | null): Exposure | Rejection {
  if (value === null) return rejection("null_value");
  if (value.length > MAX_BYTES) return rejection("too_long");
  try {
    const parsed = Exposure.safeParse(JSON.parse(value.toString()));
    return parsed.success ? parsed.data : rejection("bad_exposure");
  } catch {
    return rejection("bad_exposure");
  }
}

/** New rows mark their minutes for whoever summarises them; a replayed batch has none. */
const INSERT = `
with added as (
insert into exposures (answered_at, request_id, user_id, assigned, served, reason, snapshot_version, step, release_id,
                       build, bundle, replica, attempts, status, list, latency_us, personalised, propensities, pinned)
select at, "requestId", "userId", assigned, served, reason, "snapshotVersion", step, "releaseId", build,
       bundle, replica, attempts, status, list, "latencyUs", personalised,
       case when jsonb_typeof(propensities) = 'array' then propensities end, pinned
from jsonb_to_recordset($1::jsonb) as t (
  at timestamptz, "requestId" text, "userId" int8, assigned text, served text, reason text, "snapshotVersion" int8,
  step int4, "releaseId" int4, build text, bundle text, replica text, attempts jsonb, status int4, list text[],
  "latencyUs" int4, personalised boolean, propensities jsonb, pinned boolean)
on conflict do nothing returning answered_at)
insert into analysis_marks (minute)
select distinct date_bin('1 minute', answered_at, '2000-01-01T00:00:00Z') from added`;
