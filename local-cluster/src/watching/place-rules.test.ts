import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { placedRules } from "./place-rules.ts";

const RULES = join(import.meta.dirname, "../../../monitoring/prometheus/rules");

function placed(rule: object, home: string): unknown {
  const text = JSON.stringify({ groups: [{ name: "g", rules: [rule] }] });
  const { groups } = parse(placedRules(text, home)) as { groups: { rules: unknown[] }[] };
  return groups[0]?.rules[0];
}

describe("placedRules", () => {
  const look = "npx canarec doctor; du -sh CANAREC_HOME/*; tail CANAREC_HOME/logs/kafka.log";

  it.each([
    ["/srv/canarec-2", "/srv/canarec-2"],
    ["/srv/my $home", "'/srv/my $home'"],
    ["/srv/ann's", `'/srv/ann'\\''s'`],
  ])("puts the home %s into commands, quoted where a shell needs it", (home, word) => {
    const rule = { alert: "A", expr: "up == 0", annotations: { summary: "CANAREC_HOME", look } };
    expect(placed(rule, home)).toEqual({
      ...{ alert: "A", expr: "up == 0" },
      annotations: {
        summary: "CANAREC_HOME",
        look: `npx canarec doctor; du -sh ${word}/*; tail ${word}/logs/kafka.log`,
      },
    });
  });

  it("leaves recorded series, and all else of the true rules, as they are", () => {
    expect(placed({ record: "a:b", expr: "sum(a)" }, "/h")).toEqual({
      ...{ record: "a:b", expr: "sum(a)" },
    });
    for (const name of readdirSync(RULES)) {
      const text = readFileSync(join(RULES, name), "utf8");
      const made = placedRules(text, "/srv/c");
      expect(made).not.toContain("CANAREC_HOME");
      expect(parse(made)).toEqual(parse(text.replaceAll("CANAREC_HOME", "/srv/c")));
    }
  });

  it("says that what is no rule file is none", () => {
    expect(() => placedRules("scrape_configs: []", "/h")).toThrow("groups");
  });
});
