import { parseArgs } from "node:util";
import { z } from "zod";
import type { ModelName } from "@canarec/inference/models/model";
import { MEASURED_PROTOCOLS, type MeasuredProtocol } from "./protocol-splits.ts";

export interface QualityOptions {
  readonly data: string;
  readonly protocol: MeasuredProtocol;
  readonly seeds: readonly number[];
  readonly models: readonly string[];
  readonly configs: Readonly<Partial<Record<ModelName, object>>>;
  readonly threads: number;
  readonly json: boolean;
}

/** All that lists are made of but content, which needs texts: ratings alone have none. */
const OF_RATINGS = "popularity,item_knn,rp3beta,transitions,sequence,ease,ials,newness,approval";

/** A temporal split has no chance in it: one seed is all there is. */
export function parseOptions(args: readonly string[]): QualityOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string", default: DATA },
      protocol: { type: "string", default: "weak" },
      seeds: { type: "string", default: "10" },
      models: { type: "string", default: OF_RATINGS },
      configs: { type: "string", default: "{}" },
      threads: { type: "string", default: "2" },
      json: { type: "boolean", default: false },
    },
  });
  const protocol = z.enum(MEASURED_PROTOCOLS).parse(values.protocol);
  const seeds = protocol === "temporal" ? 1 : z.coerce.number().int().min(1).parse(values.seeds);
  return {
    data: values.data,
    protocol,
    seeds: Array.from({ length: seeds }, (_, seed) => seed + 1),
    models: values.models.split(","),
    configs: z.record(z.string(), z.looseObject({})).parse(JSON.parse(values.configs)),
    threads: z.coerce.number().int().min(1).parse(values.threads),
    json: values.json,
  };
}

const DATA = new URL("../../../../shared/data/ml-latest-small", import.meta.url).pathname;
