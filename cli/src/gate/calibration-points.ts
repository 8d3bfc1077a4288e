import type { CalibrationRow } from "@canarec/db-utils/releases/gate-repository";
import { GateReport } from "@canarec/inference/contract/gate-report";
import type {
  CalibrationPoint,
  RelativeDifference,
} from "@canarec/monitoring/analysis/calibration";
import { z } from "zod";

/** The measure that a list's first places count most in: of those that the gate has, nearest to what is watched. */
const METRIC = "ndcg@20";

/** Of a normal estimate, 95 % two-sided. */
const Z_95 = 1.96;

/** As a verdict's record has it. */
const Contrast = z.object({ main: z.number(), value: z.number(), se: z.number().nonnegative() });

/** A release's point; undefined where the gate compared nothing, or a base is 0. */
export function calibrationPoint(row: CalibrationRow): CalibrationPoint | undefined {
  const offline = offlineOf(row.report);
  const online = onlineOf(row.contrast);
  if (offline === undefined || online === undefined) return undefined;
  return { releaseId: row.releaseId, offline, online };
}

function offlineOf(report: unknown): RelativeDifference | undefined {
  const figures = GateReport.safeParse(report).data?.figures;
  const figure = figures?.find(({ name }) => name === METRIC);
  if (figure === undefined || !(figure.main > 0)) return undefined;
  const { main, difference, lower, upper } = figure;
  return { value: difference / main, lower: lower / main, upper: upper / main };
}

function onlineOf(contrast: unknown): RelativeDifference | undefined {
  const parsed = Contrast.safeParse(contrast).data;
  if (parsed === undefined || !(parsed.main > 0)) return undefined;
  const { main, value, se } = parsed;
  const half = (Z_95 * se) / main;
  return { value: value / main, lower: value / main - half, upper: value / main + half };
}
