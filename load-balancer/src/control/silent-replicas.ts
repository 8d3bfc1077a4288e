/** A replica that was asked, and whether it answered anything in time. */
export interface AskedReplica {
  readonly name: string;
  readonly releaseId: number;
  readonly answered: boolean;
}

/** All replicas that serve or stay warm, asked at once. */
export interface LivenessLook {
  readonly askedAtMs: number;
  /** When the last had answered, or its time was over. */
  readonly endedAtMs: number;
  readonly replicas: readonly AskedReplica[];
}

/** What earlier looks leave for the next. */
export interface Silences {
  readonly lookedAtMs: number;
  /** Since when each has answered nothing, by name; of those alone that do not answer. */
  readonly sinceMs: ReadonlyMap<string, number>;
}

export interface LivenessLimits {
  /** Between two looks; none takes longer. */
  readonly everyMs: number;
  /** Who has answered nothing for so long on end, hangs. */
  readonly hangMs: number;
}

/** Whoever looks so many times later than usual was not there itself. */
const LATE_LOOKS = 3;

/**
 * Which replicas hang: the longest silent of each release, of equals the first by name, and no more in one look, so
 * that a machine that itself hung does not lose all at once. After a look that comes far too late, because
 * the control plane itself was held up or suspended, all are counted anew.
 *
 * @param before undefined at the first look.
 */
export function silentReplicas(
  before: Silences | undefined,
  look: LivenessLook,
  { everyMs, hangMs }: LivenessLimits,
): { readonly silences: Silences; readonly hung: readonly AskedReplica[] } {
  const { askedAtMs, endedAtMs } = look;
  const isLate = endedAtMs - (before?.lookedAtMs ?? askedAtMs) > LATE_LOOKS * everyMs;
  if (isLate) return { silences: { lookedAtMs: endedAtMs, sinceMs: new Map() }, hung: [] };
  const silent = look.replicas.filter(({ answered }) => !answered);
  const since = ({ name }: AskedReplica) => before?.sinceMs.get(name) ?? askedAtMs;
  const sinceMs = new Map(silent.map((one) => [one.name, since(one)]));
  const longest = silent.toSorted((a, b) => since(a) - since(b) || (a.name < b.name ? -1 : 1));
  const releases = new Set<number>();
  const hung = longest.filter((one) => {
    if (endedAtMs - since(one) < hangMs || releases.has(one.releaseId)) return false;
    releases.add(one.releaseId);
    return true;
  });
  return { silences: { lookedAtMs: endedAtMs, sinceMs }, hung };
}
