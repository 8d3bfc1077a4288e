/** What `canarec release tag --json` printed, as far as it is of interest here. */
interface Released {
  readonly release?: { readonly releaseId: number; readonly bundleId: string | null };
  readonly rollout?: { readonly state: string };
  readonly gate?: { readonly verdict: string; readonly reason: string } | null;
  readonly serviceReleaseId?: number;
  readonly service?: string;
  readonly state?: string;
}

/** What is said beside the commit of a tag. @param run address of the run. */
export function commentText(tag: string, printed: string, run: string): string {
  const said = parse(printed);
  const { release, rollout, gate, serviceReleaseId, service, state } = said;
  if (release !== undefined) {
    const lines = [
      `\`${tag}\` is release ${release.releaseId}, ${rollout?.state ?? "submitted"}; bundle \`${release.bundleId ?? "none"}\`.`,
      `Offline gate: ${gate?.verdict ?? "not asked"}${gate?.reason ? `, ${gate.reason}` : ""}.`,
      `\`canarec release status ${release.releaseId} --watch\` · ${run}`,
    ];
    return lines.join("\n");
  }
  if (serviceReleaseId !== undefined) {
    return `\`${tag}\`: ${service ?? ""} is ${state ?? ""}, release ${serviceReleaseId} of a service · ${run}`;
  }
  return `\`${tag}\` was not released: ${run} says why.`;
}

function parse(printed: string): Released {
  try {
    return JSON.parse(printed) as Released;
  } catch {
    return {}; // it was refused, and printed nothing
  }
}
