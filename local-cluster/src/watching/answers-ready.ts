const PROBE_MS = 1_000;

/** Where both say whether they can do their work, at that port of 127.0.0.1. */
export function readyUrlOf(port: number): string {
  return `http://127.0.0.1:${port}/-/ready`;
}

/** Whether Prometheus or Alertmanager says at that port of 127.0.0.1 that it can do its work. */
export async function answersReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(readyUrlOf(port), {
      signal: AbortSignal.timeout(PROBE_MS),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
