/** What tells an installation's containers and images from others' on the same engine. */
export const LABEL = {
  installation: "canarec.installation",
  name: "canarec.name",
  release: "canarec.release",
  code: "canarec.code",
} as const;

/** A filter of the engine's for everything of an installation. */
export function ofInstallation(installation: string): string {
  return `${LABEL.installation}=${installation}`;
}

export function containerName(installation: string, replica: string): string {
  return `canarec-${installation}-${replica}`;
}

/** Repository of the images that are built here; the tag is the commit. */
export function imageRepository(installation: string): string {
  return `canarec-${installation}`;
}
