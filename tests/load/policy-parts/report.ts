import { table } from "@canarec/cli/output/table";
import type { Characteristics } from "@canarec/monitoring/simulation/characteristics";
import type { JudgeName } from "@canarec/monitoring/simulation/judges";
import type { ShareEstimate } from "@canarec/monitoring/simulation/share";
import type { promisesOf } from "./promises.ts";

/** One case, judged in one way. */
export interface Measured {
  readonly case: string;
  readonly what: string;
  readonly judge: JudgeName;
  readonly seconds: number;
  readonly characteristics: Characteristics;
  readonly promises: ReturnType<typeof promisesOf>;
}

/** One line for whoever waits. */
export function line({ case: name, judge, seconds, characteristics }: Measured): string {
  const { releases, endings } = characteristics;
  const counts = Object.entries(endings).flatMap(([ending, { count }]) =>
    count === 0 ? [] : [`${count} ${ending}`],
  );
  return `${name}, ${judge}: ${releases} releases in ${seconds.toFixed(0)} s: ${counts.join(", ")}`;
}

/** Tables of endings with exact 95 % intervals, of times and power, and of promises. */
export function report(measured: readonly Measured[]): string {
  const head = ["case", "judge", "releases", "promoted", "killed", "worse", "not sure"];
  const rows = measured.map(({ case: name, judge, characteristics: { releases, endings } }) => [
    ...[name, judge, releases, share(endings.promoted), share(endings.killed)],
    ...[share(endings.worse), share(endings["not-sure"])],
    ...[share(endings.invalid), share(endings["no-data"])],
  ]);
  const promises = measured.flatMap(({ case: name, promises: of }) =>
    of.map(({ what, aim, measured: figure, isMet }) => [
      ...[name, what, aim, figure, isMet === null ? "open" : isMet ? "met" : "MISSED"],
    ]),
  );
  const times = measured.flatMap(({ case: name, judge, characteristics }) => {
    const {
      secondsToKill: kill,
      usersPerTrack,
      mainShare,
      promotedAtFirst,
      fixedTest,
    } = characteristics;
    const minutes = (seconds: number) => (seconds / 60).toFixed(1);
    return [
      [
        ...[name, judge, kill === null ? "" : `${minutes(kill.median)} / ${minutes(kill.p90)}`],
        ...[usersPerTrack === null ? "" : usersPerTrack.toFixed(0), mainShare?.toFixed(4) ?? ""],
        ...[share(promotedAtFirst), share(fixedTest), share(characteristics.extended)],
      ],
    ];
  });
  const more = ["case", "judge", "minutes to kill (median / p90)", "users a track at 12 h", "main"];
  return [
    table([...head, "invalid", "no data"], rows),
    table([...more, "promoted at 12 h", "fixed test", "extended"], times),
    table(["case", "promise", "aim", "measured", ""], promises),
    "",
  ].join("\n\n");
}

function share({ share: value, lower, upper, count }: ShareEstimate): string {
  if (count === 0) return `0 (< ${percent(upper)})`;
  return `${percent(value)} (${percent(lower)}–${percent(upper)})`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
