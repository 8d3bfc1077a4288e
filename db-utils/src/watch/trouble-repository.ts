import type { Database } from "../database.ts";
import { type Notice, insertNotice } from "../notices/notice-repository.ts";

/** Something that is wrong, and whose beginning has been told. */
export interface OpenTrouble {
  readonly trouble: string;
  readonly beganAt: Date;
  readonly what: string;
}

export interface PastTrouble extends OpenTrouble {
  /** Null while it lasts. */
  readonly endedAt: Date | null;
}

export type TroubleRepository = ReturnType<typeof createTroubleRepository>;

/** Troubles of the service as a whole, each with the messages of its beginning and its end. */
export function createTroubleRepository(db: Pick<Database, "pool" | "transaction">) {
  const { pool } = db;
  return {
    async open(): Promise<OpenTrouble[]> {
      const { rows } = await pool.query<OpenTrouble>(
        `select trouble, began_at as "beganAt", what from troubles where ended_at is null order by began_at, trouble`,
      );
      return rows;
    },
    /** Those that lasted within [from, to), in the order of their beginnings. */
    async between(from: Date, to: Date): Promise<PastTrouble[]> {
      const { rows } = await pool.query<PastTrouble>(
        `select trouble, began_at as "beganAt", ended_at as "endedAt", what from troubles
         where began_at < $2 and (ended_at is null or ended_at >= $1) order by began_at, trouble`,
        [from, to],
      );
      return rows;
    },
    /** Write a beginning with its message, unless somebody has; one without a message was told already. */
    begin: ({ trouble, beganAt, what }: OpenTrouble, notice: Notice | undefined, now: Date) =>
      db.transaction(async ({ client }) => {
        const written = await client.query(
          "insert into troubles (trouble, began_at, what) values ($1, $2, $3) on conflict do nothing",
          [trouble, beganAt, what],
        );
        if (written.rowCount === 1 && notice !== undefined) {
          await insertNotice(client, notice, { at: now });
        }
      }),
    /** Write an end with its message, unless somebody has. */
    end: (trouble: string, notice: Notice | undefined, now: Date) =>
      db.transaction(async ({ client }) => {
        const written = await client.query(
          `update troubles set ended_at = greatest(began_at, $2) where trouble = $1 and ended_at is null`,
          [trouble, now],
        );
        if (written.rowCount === 1 && notice !== undefined) {
          await insertNotice(client, notice, { at: now });
        }
      }),
  };
}
