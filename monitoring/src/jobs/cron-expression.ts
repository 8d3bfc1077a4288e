import { validate } from "node-cron";
import { z } from "zod";

/** When a job runs: five fields, or six with seconds first. */
export const cronExpression = z
  .string()
  .refine((text) => validate(text), "expected a cron expression");
