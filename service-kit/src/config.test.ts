import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseConfig, variable } from "./config.ts";

const Schema = z.object({
  PORT: variable.port.default(8082),
  DATABASE_URL: variable.postgresUrl,
  KAFKA_BROKERS: variable.addresses.optional(),
  SHARE: variable.fraction.default(0.5),
});
const DATABASE_URL = "postgres://u:p@127.0.0.1:5432/canarec";

describe("parseConfig", () => {
  it("fills in defaults, also for an empty variable", () => {
    expect(parseConfig(Schema, { DATABASE_URL, PORT: "" })).toEqual({
      PORT: 8082,
      DATABASE_URL,
      SHARE: 0.5,
    });
  });

  it("reads lists of addresses", () => {
    const config = parseConfig(Schema, { DATABASE_URL, KAFKA_BROKERS: "a:1,b:2" });
    expect(config.KAFKA_BROKERS).toEqual(["a:1", "b:2"]);
  });

  it.each([" 0.1", "0.1x", "0x1", "1e-1", "-0.1", "1.1"])("refuses a fraction of %j", (SHARE) => {
    expect(() => parseConfig(Schema, { DATABASE_URL, SHARE })).toThrow("SHARE");
  });

  it.each(["notaurl", "https://host/a b", "https://host/a\tb", "ftp://host/a"])(
    "refuses %j as a webhook, and says what one is",
    (HOOK) => {
      const read = () => parseConfig(z.object({ HOOK: variable.webhookUrl }), { HOOK });
      expect(read).toThrow(
        /: HOOK: expected the http or https address of a webhook, without spaces$/,
      );
    },
  );

  it("takes a webhook without what surrounds it", () => {
    const HOOK = "https://hooks.example/services/T0/B0/x";
    expect(parseConfig(z.object({ HOOK: variable.webhookUrl }), { HOOK: ` ${HOOK}\n` })).toEqual({
      HOOK,
    });
  });

  it("names every bad variable at once, and echoes no value", () => {
    const load = () => parseConfig(Schema, { PORT: "80a", DATABASE_URL: "mysql://u:s3cret@h" });
    expect(load).toThrow(/PORT: .*DATABASE_URL: /);
    expect(load).not.toThrow(/80a|s3cret/);
  });

  it("says when one is missing", () => {
    expect(() => parseConfig(Schema, {})).toThrow("DATABASE_URL: is not set");
  });
});
