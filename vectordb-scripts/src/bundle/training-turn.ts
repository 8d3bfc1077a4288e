import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@canarec/db-utils/database";
import { openSession } from "@canarec/db-utils/session";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";

/** Any constant: it only has to be the same for every training on a database, and no other lock's. */
const TRAINING_LOCK = 7_226_005;

const LOOK_MS = 500;

export interface TurnOptions {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Told once, where another training has the turn. */
  readonly waits: () => void;
}

/**
 * The turn to train: one training at a time on a database, others wait. An advisory lock of a connection of its own
 * holds it, so that it ends with its process, however that ends.
 *
 * @throws the signal's reason once it is aborted while waiting.
 */
export async function openTrainingTurn(
  database: Database,
  { signal, waits }: TurnOptions,
): Promise<AsyncDisposable> {
  await using opened = new Resources();
  const { client } = opened.use(await openSession(database, "canarec training"));
  const take = async () => {
    const { rows } = await client.query<{ locked: boolean }>(
      "select pg_try_advisory_lock($1) as locked",
      [TRAINING_LOCK],
    );
    return rows[0]?.locked === true;
  };
  let isMine = await take();
  if (!isMine) waits();
  while (!isMine) {
    await sleep(LOOK_MS, undefined, { signal });
    isMine = await take();
  }
  return disposable(opened, {});
}
