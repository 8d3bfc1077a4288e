export interface KafkaNode {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataFolder: string;
}

/**
 * The settings of a single KRaft node, broker and controller in one, in the order of the file.
 * Kafka's own defaults for what is not listed.
 */
export function kafkaProperties(node: KafkaNode): Readonly<Record<string, string>> {
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${node.controllerPort}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${node.port}`,
    "log.dirs": node.dataFolder,
    "num.partitions": "2",
    "auto.create.topics.enable": "false", // a mistyped topic shall be an error
    // Inner topics: one copy each, and few partitions, whose files cost most of a start.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "2",
    // One machine: nobody else joins the group, nobody takes over leadership.
    "group.initial.rebalance.delay.ms": "0",
    // A parser that was killed is to be back within seconds.
    "group.min.session.timeout.ms": "1000",
    // After a crash the node may not return before its old session has ended.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    // A platform sends about 6 GB a day; what was read is in Postgres.
    "log.retention.hours": "168",
    "log.retention.bytes": "2147483648",
    "log.segment.bytes": "134217728",
    "log.cleaner.dedupe.buffer.size": "16777216", // the default takes a quarter of our heap
  };
}

/** As Java reads it: one `name=value` a line, backslashes doubled. */
export function propertiesText(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll("\\", "\\\\")}\n`)
    .join("");
}
