type Dispose = () => PromiseLike<void> | void;

/**
 * What a service has opened, released in reverse order, so that nothing outlives what it
 * depends on. A subset of AsyncDisposableStack, which Node has from version 24.
 */
export class Resources implements AsyncDisposable {
  readonly #disposals: Dispose[] = [];

  /** Own `resource`, and hand it back. */
  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Run `dispose` at release, before everything deferred until now. */
  defer(dispose: Dispose): void {
    this.#disposals.push(dispose);
  }

  /** Hand everything over to a new owner; this one then owns nothing. */
  move(): Resources {
    const owner = new Resources();
    owner.#disposals.push(...this.#disposals.splice(0));
    return owner;
  }

  /** @throws AggregateError of every disposal that failed, after all were tried. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const dispose of this.#disposals.splice(0).reverse()) {
      try {
        await dispose();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "release was not clean");
  }
}

/** Release `resources` at the end of the returned thing's life, beside its own fields. */
export function disposable<T extends object>(resources: Resources, fields: T): T & AsyncDisposable {
  const owned = resources.move();
  return Object.assign(fields, {
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  });
}
