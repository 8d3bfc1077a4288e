import { describe, expect, it } from "vitest";
import { mayEnter, runAs } from "./account.ts";

const postgres = { uid: 101, gid: 104 };

describe("mayEnter", () => {
  it.each([
    { what: "anyone's folder", folder: { uid: 0, gid: 0, mode: 0o755 }, expected: true },
    { what: "root's home", folder: { uid: 0, gid: 0, mode: 0o700 }, expected: false },
    { what: "one's own", folder: { uid: 101, gid: 0, mode: 0o700 }, expected: true },
    { what: "one's own, closed", folder: { uid: 101, gid: 0, mode: 0o077 }, expected: false },
    { what: "one's group's", folder: { uid: 0, gid: 104, mode: 0o710 }, expected: true },
    { what: "one's group's, closed", folder: { uid: 0, gid: 104, mode: 0o701 }, expected: false },
    { what: "one to pass through", folder: { uid: 0, gid: 0, mode: 0o711 }, expected: true },
  ])("judges $what", ({ folder, expected }) => expect(mayEnter(folder, postgres)).toBe(expected));

  it("lets root in everywhere", () => {
    expect(mayEnter({ uid: 5, gid: 5, mode: 0o000 }, { uid: 0, gid: 0 })).toBe(true);
  });
});

describe("runAs", () => {
  it("leaves a program alone, gives it a user, or a user who passes closed folders", () => {
    expect(runAs(undefined, "initdb", ["-D"])).toEqual({ command: "initdb", args: ["-D"] });
    expect(runAs(postgres, "initdb", ["-D"])).toMatchObject({ command: "initdb", ...postgres });
    const passing = runAs({ ...postgres, passesClosedFolders: true }, "initdb", ["-D"]);
    expect(passing.command).toBe("setpriv");
    expect(passing.args.slice(-4)).toEqual(["--reuid=101", "--regid=104", "initdb", "-D"]);
    expect(passing.uid).toBeUndefined();
  });
});
