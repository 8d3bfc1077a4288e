/**
 * What a replica says of the newest of the probe's events that its list is made of: `told`, with −Infinity where it knows
 * none; `untold` by a build that does not tell; `silent` where it gave no answer.
 */
export type LastEvent =
  | { readonly kind: "told"; readonly atMs: number }
  | { readonly kind: "untold" }
  | { readonly kind: "silent" };

/**
 * Whether an event is servable: every replica that tells has it, and one does at least. One that gives no answer serves
 * nobody, which is seen elsewhere; where none gives one, nothing is servable. `unknown` where all who answer do not tell.
 *
 * @param eventMs when the event happened; a later one in its place will do.
 */
export function servability(
  answers: readonly LastEvent[],
  eventMs: number,
): "servable" | "waits" | "unknown" {
  const told = answers.filter((answer) => answer.kind === "told");
  if (told.length > 0) return told.every(({ atMs }) => atMs >= eventMs) ? "servable" : "waits";
  return answers.some(({ kind }) => kind === "untold") ? "unknown" : "waits";
}
