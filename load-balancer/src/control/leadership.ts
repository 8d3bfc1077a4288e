import { hostname } from "node:os";
import type { Database } from "@canarec/db-utils/database";
import type { ControlRepository } from "@canarec/db-utils/releases/control-repository";
import { type Session, openSession } from "@canarec/db-utils/session";

/** Any constant: it only has to be the same for every controller of a database. */
const LEADER_LOCK = 7_226_400;

export interface Leadership extends AsyncDisposable {
  /** Begin to lead if nobody else does, and see whether one still does. @returns the epoch while leading. */
  check(): Promise<number | undefined>;
  /** The epoch that was led last; undefined before the first. */
  lastEpoch(): number | undefined;
}

/**
 * Of several controllers one leads: the one whose connection to Postgres holds an advisory lock. Each time
 * that somebody begins to lead, the epoch grows, and with it whatever an earlier leader still says is refused.
 */
/** Whoever does not hear of its lock for so long leads no more. */
const LIMIT_MS = 5_000;

export function openLeadership(
  database: Database,
  control: ControlRepository,
  now: () => Date,
): Leadership {
  let session: Session | undefined;
  let epoch: number | undefined;
  let leads = false;
  const letGo = async () => {
    leads = false;
    const old = session;
    session = undefined;
    try {
      await old?.[Symbol.asyncDispose]();
    } catch {
      // Its connection is broken, which ended the lock.
    }
  };
  const isHeld = async (held: Session) => {
    const { rows } = await held.client.query<{ held: boolean }>(
      `select exists (select from pg_locks where locktype = 'advisory' and objid = $1 and pid = pg_backend_pid() and granted) as held`,
      [LEADER_LOCK],
    );
    return rows[0]?.held === true;
  };
  return {
    async check() {
      try {
        session ??= await openSession(database, "canarec control plane", LIMIT_MS);
        if (leads && (await isHeld(session))) return epoch;
        leads = false;
        const { rows } = await session.client.query<{ got: boolean }>(
          "select pg_try_advisory_lock($1) as got",
          [LEADER_LOCK],
        );
        if (rows[0]?.got !== true) return undefined;
        epoch = await control.beginEpoch(`${hostname()}:${process.pid}`, now());
        leads = true;
        return epoch;
      } catch (failure) {
        await letGo();
        throw failure;
      }
    },
    lastEpoch: () => epoch,
    [Symbol.asyncDispose]: letGo,
  };
}
