import { ChromaClient, ChromaNotFoundError, type Collection } from "chromadb";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";

/** So often the names are swapped anew when somebody has made an empty collection in between. */
const TRIES = 5;

export interface Replacement {
  readonly chromaUrl: string;
  /** The name that is served. */
  readonly collection: string;
  /** The whole new one; afterwards it has the name. */
  readonly replacement: string;
}

/**
 * Give one collection the name of another, which is deleted. Whoever holds the old one by its id reads it until it is deleted,
 * and finds the new one by the name from then on (`openMovieVectors` asks again). A reader who comes between the two
 * renamings may make an empty collection of the name; it is put aside like the old one.
 *
 * @throws ServiceError `unavailable` if Chroma does not answer, `failed_precondition` if the name cannot be had.
 */
export async function replaceCollection(options: Replacement): Promise<void> {
  const { chromaUrl, collection: name, replacement } = options;
  const { hostname, port, protocol } = new URL(chromaUrl);
  const ssl = protocol === "https:";
  const client = new ChromaClient({ host: hostname, port: Number(port) || (ssl ? 443 : 80), ssl });
  const aside: string[] = [];
  try {
    const next = await client.getCollection({ name: replacement });
    for (let attempt = 1; ; attempt += 1) {
      const old = await find(client, name);
      const put = `${replacement}-old-${attempt}`;
      if (old !== undefined) {
        await client.deleteCollection({ name: put }).catch(() => undefined); // of a run that was killed
        await old.modify({ name: put });
        aside.push(put);
      }
      try {
        await next.modify({ name });
        break;
      } catch (cause) {
        if (attempt < TRIES && (await find(client, name)) !== undefined) continue;
        throw new ServiceError("failed_precondition", `the collection ${name} cannot be replaced`, {
          cause,
        });
      }
    }
    for (const put of aside) await client.deleteCollection({ name: put });
  } catch (failure) {
    if (failure instanceof ServiceError) throw failure;
    throw new ServiceError("unavailable", `Chroma at ${chromaUrl}: ${messageOf(failure)}`, {
      cause: failure,
    });
  }
}

async function find(client: ChromaClient, name: string): Promise<Collection | undefined> {
  try {
    return await client.getCollection({ name });
  } catch (failure) {
    if (failure instanceof ChromaNotFoundError) return undefined;
    throw failure;
  }
}
