/** A process that starts servers in the home named on its command line, says where they are, and stays. */
import { startChroma } from "@canarec/local-cluster/chroma";
import { startKafka } from "@canarec/local-cluster/kafka";
import { startPostgres } from "@canarec/local-cluster/postgres";

const home = process.argv[2] ?? "";
const cacheDir = process.env["CANAREC_CACHE"];
const servers = await Promise.all([
  startPostgres({ home }),
  startKafka({ home, cacheDir }),
  startChroma({ home }),
]);
process.stdout.write(
  `${JSON.stringify(servers.map(({ name, url, pid }) => ({ name, url, pid })))}\n`,
);
setInterval(() => undefined, 1_000_000);
