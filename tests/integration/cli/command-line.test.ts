import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { emptyDatabase, temporaryFolder } from "../../servers.ts";
import { canarec } from "./canarec.ts";

describe("canarec", () => {
  it("shows its help and ends with 0", async () => {
    const { code, out, err } = await canarec(["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Usage: canarec");
  });

  it("ends with 2 for a wrong command line", async () => {
    const { code, out, err } = await canarec(["catalog", "import"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("canarec: missing required argument 'path'");
  });
});

describe("a command that fails", () => {
  it("says in one line that no cluster runs, and ends with 1", async () => {
    using folder = temporaryFolder();
    expect(await canarec(["bundle", "list"], { env: { CANAREC_HOME: folder.path } })).toEqual({
      code: 1,
      out: "",
      err: `canarec: no cluster runs in ${folder.path}: start it with npm start, or set DATABASE_URL\n`,
    });
  });

  it("takes the file of a cluster that was killed for none", async () => {
    using folder = temporaryFolder();
    const gone = {
      pid: 2 ** 22 + 1, // above what Linux gives out
      startedAt: "2024-02-27T18:45:18.198Z",
      publicUrl: "http://127.0.0.1:1",
      postgresUrl: "postgres://canarec:secret@127.0.0.1:1/canarec",
      kafkaBrokers: "127.0.0.1:1",
      chromaUrl: "http://127.0.0.1:1",
      streamTopic: "movielog",
      services: {},
    };
    writeFileSync(path.join(folder.path, "cluster.json"), JSON.stringify(gone));
    const { code, err } = await canarec(["bundle", "list", "--home", folder.path]);
    expect(code).toBe(1);
    expect(err).toContain("no cluster runs in");
  });

  it("says in one line that no Postgres answers, without the password", async () => {
    const env = { DATABASE_URL: "postgres://canarec:s3cret@127.0.0.1:1/canarec" };
    expect(await canarec(["bundle", "list"], { env })).toEqual({
      code: 1,
      out: "",
      err: "canarec: no Postgres answers at 127.0.0.1:1/canarec (DATABASE_URL)\n",
    });
    const { err } = await canarec(["bundle", "list"], { env: { ...env, LOG_LEVEL: "debug" } });
    expect(err).toContain("    at ");
    expect(err).not.toContain("s3cret");
  });

  it("names every variable that is wrong", async () => {
    const env = {
      DATABASE_URL: "mysql://x",
      CHROMA_URL: "x",
      RATING_MAX: "7",
      STREAM_ZONE: "Nowhere/X",
    };
    const { code, err } = await canarec(["bundle", "list"], { env });
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(1);
    for (const name of Object.keys(env)) expect(err).toContain(name);
    expect(err).toContain("postgres://user@host:5432/database");
    expect(err).not.toMatch(/\*\*\*|Nowhere/);
  });

  it("wants the newest schema", async () => {
    await using database = await emptyDatabase();
    const { code, err } = await canarec(["bundle", "list"], {
      env: { DATABASE_URL: database.url },
    });
    expect(code).toBe(1);
    expect(err).toContain("run canarec db migrate");
  });
});
