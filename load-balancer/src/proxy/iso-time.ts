let second = { at: NaN, text: "" };

/** As Date's toISOString, which is asked once a second only. @param ms since 1970, whole. */
export function isoTime(ms: number): string {
  const at = Math.floor(ms / 1_000);
  if (at !== second.at) second = { at, text: new Date(at * 1_000).toISOString().slice(0, -4) };
  return `${second.text}${String(ms - at * 1_000).padStart(3, "0")}Z`;
}
