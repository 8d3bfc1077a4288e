import { randomBytes } from "node:crypto";
import type { TokenRepository } from "@canarec/db-utils/audit/token-repository";
import { sha256Of } from "@canarec/service-kit/bearer";
import { parseRequest } from "@canarec/service-kit/http";
import { plainText } from "@canarec/service-kit/plain-text";
import { Router } from "express";
import { z } from "zod";
import { type AuditParts, audited } from "./audited.ts";
import { HOME_CREDENTIAL } from "./authorise.ts";

const TOKEN_BYTES = 32;
const MOST_LISTED = 1_000;

const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "expected lower-case letters, digits, dots and dashes")
  .refine((name) => name !== HOME_CREDENTIAL, "is the home's own");
const NewToken = z.strictObject({ name: Name, actor: plainText(200).optional() });
const Revocation = z.strictObject({
  actor: plainText(200).optional(),
  reason: plainText(500).optional(),
});
const whole = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,9}$/, "expected a whole number")
    .transform(Number)
    .pipe(z.int().max(most));
const Listing = z.strictObject({
  limit: whole(MOST_LISTED).default(100),
  action: plainText(64).optional(),
  release: whole(2_147_483_647).optional(),
  since: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .optional(),
});

export interface OperatorParts extends AuditParts {
  readonly tokens: TokenRepository;
}

/**
 * `GET /audit?limit=&action=&release=&since=`: what was asked for, the newest first. `GET /tokens`, `POST /tokens {name}`,
 * `DELETE /tokens/:name`: operators' own tokens. A token is in the answer that makes it, and nowhere else.
 */
export function operatorRoutes(parts: OperatorParts): Router {
  const { audit, tokens, nowMs } = parts;
  return Router()
    .get("/audit", async (req, res) => {
      const { release, ...filter } = parseRequest(Listing, req.query);
      res.json({ entries: await audit.list({ ...filter, releaseId: release }) });
    })
    .get("/tokens", async (_req, res) => {
      res.json({ tokens: await tokens.list() });
    })
    .post("/tokens", async (req, res) => {
      const { name, actor } = parseRequest(NewToken, req.body);
      const token = randomBytes(TOKEN_BYTES).toString("base64url");
      await audited(parts, req, { action: "create-token", actor, arguments: { name } }, () =>
        tokens.add({
          ...{ name, sha256: sha256Of(token), createdAt: new Date(nowMs()) },
          createdBy: actor ?? HOME_CREDENTIAL,
        }),
      );
      res.status(201).json({ name, token });
    })
    .delete("/tokens/:name", async (req, res) => {
      const name = parseRequest(Name, req.params.name);
      const { actor, reason } = parseRequest(Revocation, req.body ?? {});
      const asked = { action: "revoke-token", actor, reason, arguments: { name } };
      await audited(parts, req, asked, () => tokens.revoke(name, new Date(nowMs())));
      res.json({ name, revoked: true });
    });
}
