/** How a run of a job ended. */
export type JobOutcome =
  { readonly state: "succeeded" } | { readonly state: "failed"; readonly reason: string };

/**
 * What people are told about the end of a run: that a job began to fail, once, with the command to
 * look closer; and that it works again. Runs that end like the one before are not worth a word.
 *
 * @param before how the run before ended; undefined if there was none.
 */
export function jobNotice(
  job: { readonly name: string; readonly command: readonly string[] },
  before: JobOutcome["state"] | undefined,
  outcome: JobOutcome,
): string | undefined {
  const command = `npx canarec ${job.command.filter((word) => word !== "--json").join(" ")}`;
  if (outcome.state === "failed" && before !== "failed") {
    return `Job ${job.name} failed: ${outcome.reason}. Further failures are not told. Look closer: ${command}`;
  }
  if (outcome.state === "succeeded" && before === "failed") return `Job ${job.name} works again.`;
  return undefined;
}
