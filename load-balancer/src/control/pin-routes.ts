import { ServiceError } from "@canarec/service-kit/errors";
import { parseRequest } from "@canarec/service-kit/http";
import { parseUserId } from "@canarec/service-kit/identifiers";
import { plainText } from "@canarec/service-kit/plain-text";
import { type Request, Router } from "express";
import { z } from "zod";
import { Track } from "../contract/exposure.ts";
import { type AuditParts, audited } from "./audited.ts";
import type { RoutingWriter } from "./routing-writer.ts";

const Who = { actor: plainText(200).optional(), reason: plainText(500).optional() };
const Pin = z.strictObject({ track: Track, ...Who });
const Unpin = z.strictObject(Who);

export interface PinParts extends AuditParts {
  readonly routing: Pick<RoutingWriter, "pin">;
  /** @throws ServiceError `unavailable` where this controller does not lead. */
  readonly requireLeading: () => void;
}

/** Users on a track for a look; left out of every analysis. */
export function pinRoutes(parts: PinParts): Router {
  const change = (req: Request, userId: number, asked: z.output<typeof Unpin>, track?: Track) =>
    audited(
      parts,
      req,
      {
        ...{ action: track === undefined ? "unpin" : "pin", ...asked },
        arguments: { userId, ...(track !== undefined && { track }) },
      },
      () => {
        parts.requireLeading();
        parts.routing.pin(userId, track);
      },
    );
  return Router()
    .put("/pins/:userId", async (req, res) => {
      const userId = pinnedUser(req.params.userId);
      const { track, ...asked } = parseRequest(Pin, req.body);
      await change(req, userId, asked, track);
      res.json({ userId, track });
    })
    .delete("/pins/:userId", async (req, res) => {
      const userId = pinnedUser(req.params.userId);
      await change(req, userId, parseRequest(Unpin, req.body ?? {}));
      res.json({ userId, track: null });
    });
}

/** @throws ServiceError `invalid_argument` */
function pinnedUser(text: string): number {
  const userId = parseUserId(text);
  if (userId !== undefined) return userId;
  throw new ServiceError("invalid_argument", "userId: expected a non-negative integer below 2^53");
}
