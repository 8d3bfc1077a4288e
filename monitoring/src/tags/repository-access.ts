/** How git is told of a repository and of who asks. */
export interface RepositoryAccess {
  /** For git's arguments, which everybody on the machine can read: it holds no password. */
  readonly address: string;
  /** Variables of git's that hold it instead; none where there is none. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Take user and password out of an address of HTTP: they go in a header that git gets by its environment
 * (`GIT_CONFIG_*`, git 2.31), for requests below that address alone. Paths and other addresses stay as they are.
 */
export function repositoryAccess(repository: string): RepositoryAccess {
  const plain = { address: repository, env: {} };
  if (!/^https?:/i.test(repository) || !URL.canParse(repository)) return plain;
  const url = new URL(repository);
  if (url.username === "" && url.password === "") return plain;
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`;
  url.username = "";
  url.password = "";
  const basic = Buffer.from(credentials).toString("base64");
  return {
    address: url.href,
    env: {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `http.${url.href}.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
    },
  };
}

/** A lone % stands for itself, as in git. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
