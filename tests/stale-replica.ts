import { createServer } from "node:http";
import { serve } from "@canarec/service-kit/http";

/** A replica whose lists know nothing that happened, though it says that it hears of it. */
export async function staleReplica() {
  const server = createServer((req, res) => {
    if (req.url === "/metrics") res.end("canarec_inference_feed_age_seconds 0\n");
    else res.end('{"lastEventAt":null,"movies":[]}');
  });
  return serve(server, { host: "127.0.0.1", port: 0, drainMs: 1 });
}
