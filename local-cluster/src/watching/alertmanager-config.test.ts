import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { alertmanagerConfig } from "./alertmanager-config.ts";

const text = readFileSync(
  join(import.meta.dirname, "../../../monitoring/alertmanager/alertmanager.yml"),
  "utf8",
);
const options = { pace: 1, slackUrlFile: "/secrets/url", templates: "/templates/*.tmpl" };
const usual = parse(text) as Readonly<Record<string, unknown>>;

describe("alertmanagerConfig", () => {
  it("waits less at a greater pace, and repeats as seldom as ever", () => {
    const { route } = parse(alertmanagerConfig(text, { ...options, pace: 20 })) as {
      route: { group_wait: string; repeat_interval: string; routes: object[] };
    };
    expect(route).toMatchObject({ group_wait: "1500ms", repeat_interval: "12h" });
    expect(route.routes[0]).toMatchObject({ group_wait: "500ms", repeat_interval: "4h" });
  });

  it("is otherwise what it was", () => {
    const made = parse(alertmanagerConfig(text, options)) as object;
    expect(made).toEqual({
      ...usual,
      route: expect.anything() as unknown,
      templates: [options.templates],
      receivers: [{ name: "shown" }, expect.objectContaining({ name: "operators" })],
    });
    expect(JSON.stringify(made)).toContain('"api_url_file":"/secrets/url"');
  });

  it("tells nobody where there is no webhook", () => {
    const made = alertmanagerConfig(text, { ...options, slackUrlFile: undefined });
    expect(parse(made)).toMatchObject({ receivers: [{ name: "shown" }, { name: "operators" }] });
    expect(made).not.toContain("slack");
  });

  it("says that what is no configuration is none", () => {
    expect(() => alertmanagerConfig("groups: []", options)).toThrow("route");
  });
});
