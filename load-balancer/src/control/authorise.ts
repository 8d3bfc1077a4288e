import type { TokenRepository } from "@canarec/db-utils/audit/token-repository";
import { addressOf } from "@canarec/service-kit/address";
import { bearerOf, hashInFile, isSameHash, sha256Of } from "@canarec/service-kit/bearer";
import { ServiceError } from "@canarec/service-kit/errors";
import type { Request, RequestHandler } from "express";
import type { FailedAttempts } from "./failed-attempts.ts";

/** What the token that lies in the home is called in the audit log. */
export const HOME_CREDENTIAL = "home";

export interface AuthorityParts {
  /** Holds the home's token. */
  readonly tokenFile: string;
  readonly tokens: Pick<TokenRepository, "valid">;
  readonly failures: FailedAttempts;
}

const credentials = new WeakMap<Request, string>();

/** Whose token an authorised request brought. */
export function credentialOf(req: Request): string {
  return credentials.get(req) ?? HOME_CREDENTIAL;
}

/** Let through who has the home's token, or one of an operator's own; all others are on record. */
export function requireOperator({ tokenFile, tokens, failures }: AuthorityParts): RequestHandler {
  return async (req, _res, next) => {
    const given = bearerOf(req);
    const found = given === undefined ? undefined : await ownerOf(sha256Of(given));
    if (found === undefined) {
      failures.note(addressOf(req), `${req.method} ${req.baseUrl}`);
      throw new ServiceError("unauthenticated", "a bearer token is needed");
    }
    credentials.set(req, found);
    next();
  };

  async function ownerOf(hash: string): Promise<string | undefined> {
    const home = await hashInFile(tokenFile);
    if (home !== undefined && isSameHash(hash, home)) return HOME_CREDENTIAL;
    // Every one is compared, so that the time does not tell which of them was nearly right.
    const same = (await tokens.valid()).filter(({ sha256 }) => isSameHash(hash, sha256));
    return same[0]?.name;
  }
}
