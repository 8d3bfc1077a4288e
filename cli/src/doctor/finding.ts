/** What a check found. `problem`: something does not work, or will not when it is needed. */
export interface Finding {
  /** Of what is checked: `postgres`, `offsets movielog/0`. */
  readonly check: string;
  readonly state: "ok" | "warning" | "problem";
  /** In a line, with figures and without secrets. */
  readonly says: string;
  /** What to do; null where nothing is to be done. */
  readonly todo: string | null;
}

/** A part of the examination; it may throw, which is a problem like any other. */
export interface Examination {
  readonly check: string;
  /** Where it throws or is late; else that what the failure names is to be mended. */
  readonly todo?: string;
  /** Longest that it may take; else a minute. */
  readonly limitMs?: number;
  readonly examine: () => Promise<readonly Finding[]>;
}

export function ok(check: string, says: string): Finding {
  return { check, state: "ok", says, todo: null };
}

export function warning(check: string, says: string, todo: string): Finding {
  return { check, state: "warning", says, todo };
}

export function problem(check: string, says: string, todo: string): Finding {
  return { check, state: "problem", says, todo };
}
