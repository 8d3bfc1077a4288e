import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import type { CliContext } from "../cli-context.ts";
import { createProgram } from "../program.ts";
import { CHANGING_COMMANDS, isChanging } from "./changing-commands.ts";

function namesOf(command: Command, before = ""): string[] {
  return command.commands.flatMap((one) => {
    const name = `${before}${one.name()}`;
    return [name, ...namesOf(one, `${name} `)];
  });
}

describe("isChanging", () => {
  it("names commands that there are", () => {
    const names = namesOf(createProgram({} as CliContext));
    expect(CHANGING_COMMANDS.filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each([
    ["db restore", {}, true],
    ["db status", {}, false],
    ["db statistics", {}, false],
    ["db statistics", { recompute: true }, true],
    ["catalog verify", { mend: true }, true],
    ["release promote", {}, false],
  ])("%s %j: %s", (name, options, changing) => expect(isChanging(name, options)).toBe(changing));
});
