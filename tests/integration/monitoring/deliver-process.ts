import { openDatabase } from "@canarec/db-utils/database";
import { createNoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { createMonitoringMetrics } from "@canarec/monitoring/metrics";
import { deliverNotices } from "@canarec/monitoring/slack/deliver-notices";
import { createSlackSender } from "@canarec/monitoring/slack/slack-sender";
import { createLogger } from "@canarec/service-kit/logging";
import { createRegistry } from "@canarec/service-kit/metrics";

/** Delivers notices until it is killed: database and Slack's address on the command line. */
const [databaseUrl = "", webhookUrl = ""] = process.argv.slice(2);
const db = await openDatabase(databaseUrl);
deliverNotices({
  notices: createNoticeRepository(db),
  send: createSlackSender(webhookUrl, 60_000),
  ...{ now: () => new Date(), random: Math.random },
  metrics: createMonitoringMetrics(createRegistry("test")),
  log: createLogger("monitoring", "silent"),
});
