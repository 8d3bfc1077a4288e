/** Get something when it is first needed, once for all who need it; try again after a failure. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((failure: unknown) => {
      opened = undefined;
      throw failure;
    });
    return opened;
  };
}

/** The same for something that must be disposed: it is, if it was ever opened. */
export function lazily<T extends AsyncDisposable>(
  open: () => Promise<T>,
): (() => Promise<T>) & AsyncDisposable {
  let wasAsked = false;
  const opened = once(open);
  const get = () => {
    wasAsked = true;
    return opened();
  };
  return Object.assign(get, {
    async [Symbol.asyncDispose]() {
      if (!wasAsked) return;
      const resource = await opened().catch(() => undefined);
      await resource?.[Symbol.asyncDispose]();
    },
  });
}
