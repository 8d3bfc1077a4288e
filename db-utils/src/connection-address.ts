import { ServiceError } from "@canarec/service-kit/errors";

/**
 * Host, port and database of a Postgres URL, fit for a message: no user, no password.
 *
 * @throws ServiceError "invalid_argument" for what is no Postgres URL; it does not repeat the value.
 */
export function connectionAddress(url: string): string {
  if (!URL.canParse(url)) throw invalid();
  const { protocol, host, pathname, searchParams } = new URL(url);
  if (protocol !== "postgres:" && protocol !== "postgresql:") throw invalid();
  const where = host === "" ? (searchParams.get("host") ?? "localhost") : host;
  return `${where}${pathname}`;
}

function invalid(): ServiceError {
  return new ServiceError(
    "invalid_argument",
    "DATABASE_URL: expected postgresql://user:password@host:port/database",
  );
}
