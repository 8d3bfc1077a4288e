import { createGateRepository } from "@canarec/db-utils/releases/gate-repository";
import {
  type Calibration,
  type CalibrationPoint,
  LEAST_POINTS,
  calibrate,
} from "@canarec/monitoring/analysis/calibration";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { plotPoints } from "../output/plot.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { counted } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";
import { calibrationPoint } from "./calibration-points.ts";

/** States of releases that are over; one that failed to start has no canary. */
const OVER = ["promoted", "rolled-back", "aborted"];

interface Calibrated {
  readonly points: readonly (CalibrationPoint & { readonly at: Date; readonly state: string })[];
  readonly calibration: Calibration;
  /** Releases that were gated and measured, and have no relative difference: nothing was compared, or a base is 0. */
  readonly leftOut: number;
}

/** `canarec calibration` */
export async function calibrationAction(
  context: CliContext,
  options: CommonOptions,
): Promise<void> {
  const rows = await withDatabase(context, options, (database) =>
    createGateRepository(database).calibration(OVER),
  );
  const points = rows.flatMap((row) => {
    const point = calibrationPoint(row);
    return point === undefined ? [] : [{ ...point, at: row.at, state: row.state }];
  });
  const leftOut = rows.length - points.length;
  printResult(context, options, { points, calibration: calibrate(points), leftOut }, inWords);
}

function inWords({ points, calibration, leftOut }: Calibrated): string {
  const without =
    leftOut === 0
      ? []
      : [
          `Left out: ${counted(leftOut, "release")} where the gate compared nothing, or main had 0.`,
        ];
  if (points.length === 0) {
    const none =
      "No release is over that was both compared by the offline gate and measured on users.";
    return [none, ...without].join("\n");
  }
  const rows = points.map(({ releaseId, at, state, offline, online }) => [
    ...[String(releaseId), at.toISOString().slice(0, 16), state],
    ...[percent(offline.value), interval(offline), percent(online.value), interval(online)],
  ]);
  const places = points.map(
    ({ offline, online }) => [100 * offline.value, 100 * online.value] as const,
  );
  return [
    table(["release", "measured", "ended", "NDCG@20 offline", "95 %", "lift online", "95 %"], rows),
    "",
    ...(places.length < 2
      ? []
      : [plotPoints("lift online, %", "difference offline, %", places), ""]),
    ...conclusions(calibration),
    ...without,
  ].join("\n");
}

function conclusions({ points, tooFew, sameSign, sameSignWhereSure, ...rest }: Calibration) {
  const { slope, correlation } = rest;
  const agreement = ({ count, of, lower, upper }: typeof sameSign) =>
    of === 0 ? "no release" : `${count} of ${of} (95 % from ${share(lower)} to ${share(upper)})`;
  return [
    `Same sign offline and online: ${agreement(sameSign)}; where both are sure: ${agreement(sameSignWhereSure)}.`,
    slope.kind === "undefined"
      ? "Slope: too few releases, or all with one difference offline."
      : `Slope: 1 % offline is ${slope.slope.toFixed(2)} % online (95 % from ${slope.lower.toFixed(2)} to ${slope.upper.toFixed(2)}).`,
    correlation.kind === "undefined"
      ? "Rank correlation: too few releases, or all alike."
      : `Rank correlation: ${correlation.rho.toFixed(2)} (95 % from ${correlation.lower.toFixed(2)} to ${correlation.upper.toFixed(2)}).`,
    ...(tooFew
      ? [
          `${counted(points, "release")} of ${LEAST_POINTS}: too few to say what the offline gate foretells.`,
        ]
      : []),
  ];
}

function interval({ lower, upper }: { readonly lower: number; readonly upper: number }): string {
  return `${percent(lower)} … ${percent(upper)}`;
}

function percent(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)} %`;
}

function share(value: number): string {
  return `${Math.round(100 * value)} %`;
}
