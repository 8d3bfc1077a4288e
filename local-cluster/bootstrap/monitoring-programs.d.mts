/** For those who are typed; monitoring-programs.mjs says the rest. */
export declare function findPrograms(
  path: string | undefined,
  unpacked: string,
): {
  readonly found: Readonly<
    Partial<Record<"prometheus" | "promtool" | "alertmanager" | "amtool", string>>
  >;
  readonly problem: string | undefined;
};
