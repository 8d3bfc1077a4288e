import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";

/** `canarec doctor`: everything that a person would look at first. */
export function addDoctorCommand(program: Command, context: CliContext): void {
  leaf(program, "doctor", "check everything a person would, and say what to do")
    .addHelpText("after", examples("doctor", "doctor --json"))
    .action(async (options: object) => {
      const { doctorAction } = await import("../doctor/doctor-action.ts");
      await doctorAction(context, options);
    });
}
