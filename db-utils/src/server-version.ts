import { ServiceError } from "@canarec/service-kit/errors";
import type { Queryable } from "./queryable.ts";

/** 18 is the first with `RETURNING old.…, new.…`, from which statistics get their deltas. */
export const MINIMUM_POSTGRES_VERSION = 18;

/**
 * @param address of the server, for the message.
 * @throws ServiceError "failed_precondition" for an older server.
 */
export async function requireVersion(client: Queryable, address: string): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int / 10000 as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version < MINIMUM_POSTGRES_VERSION) {
    throw new ServiceError(
      "failed_precondition",
      `Postgres at ${address} is version ${version}; ${MINIMUM_POSTGRES_VERSION} or newer is needed`,
    );
  }
}
