export { counted, grouped } from "@canarec/service-kit/counted";

/** `512 B`, `14.1 MB` */
export function sized(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), 4);
  return `${(bytes / 1_000 ** power).toFixed(1)} ${"BkMGT".charAt(power)}B`;
}

/** `0.4 s`, `3 min 20 s` */
export function lasting(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
