import { describe, expect, it } from "vitest";
import { createLogger, withoutPasswords } from "./logging.ts";

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  let text = "";
  write(createLogger("test", "info", { write: (line: string) => void (text += line) }));
  return text;
}

describe("createLogger", () => {
  it("redacts secrets by the name of their field, at any of three depths", () => {
    const text = logged((log) =>
      log.info(
        {
          password: "s3cret",
          request: { authorization: "s3cret" },
          a: { b: { databaseUrl: "s3cret" } },
        },
        "configured",
      ),
    );
    expect(text).not.toContain("s3cret");
    expect(text).toContain("configured");
  });

  it("removes passwords from the addresses in errors", () => {
    const err = new Error("cannot reach postgres://canarec:s3cret@db:5432/canarec");
    expect(logged((log) => log.error({ err }, "failed"))).not.toContain("s3cret");
  });
});

describe("withoutPasswords", () => {
  it.each([
    ["postgres://u:p@h/d", "postgres://u:***@h/d"],
    ["http://h:80/a@b", "http://h:80/a@b"],
    ["a postgresql://u:p%40q@h and b", "a postgresql://u:***@h and b"],
  ])("%s becomes %s", (text, clean) => {
    expect(withoutPasswords(text)).toBe(clean);
  });
});
