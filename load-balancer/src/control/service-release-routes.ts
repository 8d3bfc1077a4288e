import type { ServiceReleaseRepository } from "@canarec/db-utils/releases/service-release-repository";
import { RELEASED_SERVICES } from "@canarec/db-utils/schema/service-releases";
import { ServiceError } from "@canarec/service-kit/errors";
import { parseRequest } from "@canarec/service-kit/http";
import { type RequestHandler, Router, json } from "express";
import { z } from "zod";
import { type AuditParts, audited } from "./audited.ts";

/** `POST /service-releases` */
const ServiceSubmission = z.strictObject({
  service: z.enum(RELEASED_SERVICES),
  /** Branch, tag or commit. */
  ref: z.string().min(1).max(255),
  source: z.enum(["cli", "api", "tag"]).default("api"),
  tag: z.string().max(255).optional(),
  actor: z.string().min(1).max(500),
});
type ServiceSubmission = z.output<typeof ServiceSubmission>;

const Id = z.object({ id: z.coerce.number().int().positive() });
const LISTED = 100;

export interface ServiceReleaseParts extends AuditParts {
  readonly authorise: RequestHandler;
  readonly serviceReleases: ServiceReleaseRepository;
  /** @returns the full commit. @throws ServiceError `not_found` */
  readonly resolve: (ref: string) => Promise<string>;
  /** Whether somebody is there who runs the services and can replace them. */
  readonly replaceable: boolean;
}

/**
 * Releases of the services other than inference, written down for whoever runs these to carry out:
 *
 * - `POST /service-releases`: 201 `{serviceReleaseId}`, on record in the audit log, refused or not.
 * - `GET /service-releases`, `GET /service-releases/ID`: what became of them.
 */
export function serviceReleaseRoutes(parts: ServiceReleaseParts): Router {
  const { serviceReleases } = parts;
  return Router()
    .use("/service-releases", parts.authorise, json())
    .post("/service-releases", async (req, res) => {
      const submission = parseRequest(ServiceSubmission, req.body);
      const asked = { action: "submit-service", actor: submission.actor, arguments: submission };
      const serviceReleaseId = await audited(parts, req, asked, () => submit(submission, parts));
      res.status(201).json({ serviceReleaseId });
    })
    .get("/service-releases", async (_req, res) => {
      res.json({ serviceReleases: await serviceReleases.list(LISTED) });
    })
    .get("/service-releases/:id", async (req, res) => {
      const { id } = parseRequest(Id, req.params);
      const found = await serviceReleases.find(id);
      if (found === undefined)
        throw new ServiceError("not_found", `there is no release ${id} of a service`);
      res.json(found);
    });
}

async function submit(
  submission: ServiceSubmission,
  { serviceReleases, resolve, replaceable, nowMs }: ServiceReleaseParts,
): Promise<number> {
  if (!replaceable) {
    const message = "nobody here can replace services: give them the new image where they run";
    throw new ServiceError("failed_precondition", message);
  }
  const { tag = null, ...rest } = submission;
  const code = await resolve(submission.ref);
  return serviceReleases.submit({ ...rest, tag, code, submittedAt: new Date(nowMs()) });
}
