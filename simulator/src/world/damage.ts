import type { Random } from "./random.ts";

/** The ways in which the platform damages lines on purpose. */
export const DAMAGES = [
  "blank_in_time", // 2022-11-1 4T12:23:14
  "letter_in_time", // T1O2:23:16
  "letter_in_method", // GZET /data/m/
  "letter_in_user", // 317r398
  "letter_in_minute", // 30.Hmpg
  "blank_after_user", // 387336 ,GET
  "negative_user", // -25611
  "rating_out_of_range", // =11
  "made_up_movie",
] as const;

export type Damage = (typeof DAMAGES)[number];

const LINE = /^(?<time>[^,]*),(?<user>[^,]*),(?<rest>.*)$/s;

/**
 * A line with one fault of the kind named. A kind that does not apply to the line (a rating's in a
 * watch line) becomes a fault of the time.
 */
export function damageLine(line: string, damage: Damage, random: Random): string {
  const parts = LINE.exec(line)?.groups;
  const time = parts?.["time"] ?? "";
  const user = parts?.["user"] ?? "";
  const rest = parts?.["rest"] ?? "";
  const put = (within: string, character: string) => {
    const at = 1 + random.below(Math.max(1, within.length - 1));
    return within.slice(0, at) + character + within.slice(at);
  };
  const brokenTime = () => [put(time, " "), user, rest].join(",");
  switch (damage) {
    case "blank_in_time":
      return brokenTime();
    case "letter_in_time":
      return [put(time, letter(random)), user, rest].join(",");
    case "letter_in_method":
      return rest.startsWith("GET") ? [time, user, `GZ${rest.slice(1)}`].join(",") : brokenTime();
    case "letter_in_user":
      return [time, put(user, letter(random).toLowerCase()), rest].join(",");
    case "letter_in_minute":
      return /\.mpg$/.test(rest)
        ? [time, user, rest.replace(/\.mpg$/, `.${letter(random)}mpg`)].join(",")
        : brokenTime();
    case "blank_after_user":
      return [time, `${user} `, rest].join(",");
    case "negative_user":
      return [time, `-${user}`, rest].join(",");
    case "rating_out_of_range":
      return /=[\d.]+$/.test(rest)
        ? [time, user, rest.replace(/=[\d.]+$/, `=${11 + random.below(89)}`)].join(",")
        : brokenTime();
    case "made_up_movie":
      return rest.startsWith("GET /data/m/")
        ? [time, user, rest.replace(/\/m\/[^/]*\//, `/m/no+such+movie+${random.below(1e6)}/`)].join(
            ",",
          )
        : brokenTime();
  }
}

function letter(random: Random): string {
  return "ABCDEFGHIJKLMNOPQRSUVWXY"[random.below(24)] ?? "O"; // neither T nor Z, which times may hold
}
