import { Command } from "commander";
import type { CliContext } from "./cli-context.ts";
import { addAuditCommands } from "./commands/audit.ts";
import { addBundleCommands } from "./commands/bundle.ts";
import { addCatalogCommands } from "./commands/catalog.ts";
import { addDatabaseCommands } from "./commands/db.ts";
import { addGateCommands } from "./commands/gate.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addDigestCommand } from "./commands/digest.ts";
import { addEvaluateCommand } from "./commands/evaluate.ts";
import { addExplorationCommand } from "./commands/exploration.ts";
import { addHideCommands } from "./commands/hide.ts";
import { addJobsCommand } from "./commands/jobs.ts";
import { addRecommendCommand } from "./commands/recommend.ts";
import { addReleaseCommands } from "./commands/release.ts";
import { addRunsCommands } from "./commands/runs.ts";
import { addStreamCommands } from "./commands/stream.ts";
import { addTraceCommand } from "./commands/trace.ts";
import { addTrainCommand } from "./commands/train.ts";

/** The whole command line. Actions load what they need when they run, so that `--help` is quick. */
export function createProgram(context: CliContext): Command {
  const program = new Command("canarec")
    .description("Commands over a running Canarec.")
    .showHelpAfterError("(--help shows how)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.out(text),
      writeErr: (text) => context.terminal.err(text),
      outputError: (text, write) => write(text.replace(/^error: /, "canarec: ")),
    })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .addHelpText("after", ABOUT);
  addCatalogCommands(program, context);
  addBundleCommands(program, context);
  addTrainCommand(program, context);
  addRunsCommands(program, context);
  addStreamCommands(program, context);
  addEvaluateCommand(program, context);
  addExplorationCommand(program, context);
  addReleaseCommands(program, context);
  addGateCommands(program, context);
  addRecommendCommand(program, context);
  addHideCommands(program, context);
  addDigestCommand(program, context);
  addJobsCommand(program, context);
  addTraceCommand(program, context);
  addDatabaseCommands(program, context);
  addAuditCommands(program, context);
  addDoctorCommand(program, context);
  return program;
}

const ABOUT = `
The cluster is found by the file cluster.json in its home: --home, CANAREC_HOME or .canarec of this repository.
DATABASE_URL, KAFKA_BROKERS and CHROMA_URL name servers of your own instead.
Exit codes: 0 done, 1 failed, 2 wrong command line.`;
