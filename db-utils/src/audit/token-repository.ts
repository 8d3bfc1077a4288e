import { ServiceError } from "@canarec/service-kit/errors";
import type { Database } from "../database.ts";

export interface OperatorToken {
  readonly name: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly revokedAt: Date | null;
}

export type TokenRepository = ReturnType<typeof createTokenRepository>;

/** Tokens of the control API besides the home's own. The tokens themselves are nowhere. */
export function createTokenRepository({ pool }: Pick<Database, "pool">) {
  return {
    /** @throws ServiceError `failed_precondition` where the name has been used. */
    async add(token: {
      readonly name: string;
      /** Of the token, in hexadecimal digits. */
      readonly sha256: string;
      readonly createdAt: Date;
      readonly createdBy: string;
    }): Promise<void> {
      const { rowCount } = await pool.query(
        `insert into operator_tokens (name, sha256, created_at, created_by) values ($1, $2, $3, $4)
         on conflict (name) do nothing`,
        [token.name, token.sha256, token.createdAt, token.createdBy],
      );
      if (rowCount !== 1)
        throw new ServiceError("failed_precondition", `the name ${token.name} has been used`);
    },
    /** @throws ServiceError `not_found` for a name that has no token, or one that is revoked. */
    async revoke(name: string, now: Date): Promise<void> {
      const { rowCount } = await pool.query(
        "update operator_tokens set revoked_at = $2 where name = $1 and revoked_at is null",
        [name, now],
      );
      if (rowCount !== 1) throw new ServiceError("not_found", `${name} has no token`);
    },
    /** In order of the names. */
    async list(): Promise<OperatorToken[]> {
      const { rows } = await pool.query<OperatorToken>(
        `select name, created_at as "createdAt", created_by as "createdBy", revoked_at as "revokedAt"
         from operator_tokens order by name`,
      );
      return rows;
    },
    /** Those that are valid: whose each is, and its SHA-256. */
    async valid(): Promise<{ readonly name: string; readonly sha256: string }[]> {
      const { rows } = await pool.query<{ name: string; sha256: string }>(
        "select name, sha256 from operator_tokens where revoked_at is null",
      );
      return rows;
    },
  };
}
