import type { ControlPlane } from "@canarec/load-balancer/control/compose";
import type { Runtime } from "@canarec/load-balancer/runtimes/runtime";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { type ControlWorld, openControlWorld, operatorOf } from "./control-under-test.ts";

/** A world with one control plane over it, and who gives it orders. */
export interface ControlledWorld extends AsyncDisposable {
  readonly world: ControlWorld;
  readonly plane: ControlPlane;
  readonly operator: ReturnType<typeof operatorOf>;
}

export interface ControlledWorldOptions {
  /** Changes of the plan `quick`. */
  readonly quick?: object;
  readonly runtime?: Runtime["kind"];
  /** Changes of the control plane's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Started, and not yet ready. */
export async function openControlledWorld({
  quick = {},
  runtime = "process",
  env = {},
}: ControlledWorldOptions = {}): Promise<ControlledWorld> {
  await using opened = new Resources();
  const world = opened.use(await openControlWorld(quick, runtime));
  const plane = opened.use(await world.start(env));
  return disposable(opened, { world, plane, operator: operatorOf(world, plane) });
}
