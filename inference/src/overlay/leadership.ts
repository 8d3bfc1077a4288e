import type { Database, Transaction } from "@canarec/db-utils/database";

/** Any constant: it only has to be the same in every replica, and no other lock's. */
const EMBEDDING_LOCK = 7_226_003;

/** Being the one replica, of all that share a database, that embeds new movies. */
export interface Leadership extends AsyncDisposable {
  /** Become it, or prove to be it still. False while another one is. @throws when the database is away. */
  hold(): Promise<boolean>;
}

/** By an advisory lock of a connection of its own: whoever dies loses the connection, and so the lock. */
export function openLeadership({ pool }: Pick<Database, "pool">): Leadership {
  let client: Transaction["client"] | undefined;
  const release = (broken: boolean) => {
    client?.release(broken);
    client = undefined;
  };
  return {
    async hold() {
      try {
        if (client !== undefined) {
          await client.query("select 1");
          return true;
        }
        const candidate = await pool.connect();
        client = candidate;
        candidate.on("error", () => undefined); // told by the next query
        const { rows } = await candidate.query<{ held: boolean }>(
          "select pg_try_advisory_lock($1) as held",
          [EMBEDDING_LOCK],
        );
        if (rows[0]?.held === true) return true;
        release(true);
        return false;
      } catch (failure) {
        release(true);
        throw failure;
      }
    },
    async [Symbol.asyncDispose]() {
      release(true); // closing the connection frees the lock
    },
  };
}
