import { fakeReplica, well } from "./fake-replica.ts";

// A replica as a process of its own, so that it can be killed. Ends with its parent.
process.once("disconnect", () => process.exit());
const replica = await fakeReplica(well, Number(process.argv[2]));
process.send?.(replica.url);
