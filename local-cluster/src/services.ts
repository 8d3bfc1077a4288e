/** Where everything of a cluster is. */
export interface ClusterAddresses {
  readonly databaseUrl: string;
  /** `host:port,host:port` */
  readonly kafkaBrokers: string;
  readonly chromaUrl: string;
  /** The operator's, with settings that are theirs. */
  readonly ownKafka?: boolean;
  /** Absolute path. */
  readonly home: string;
  /** Of the public address. */
  readonly host: string;
  readonly publicPort: number;
  /** Of every other service, by its name in the cluster. */
  readonly ports: Readonly<Record<string, number>>;
}

export interface ServiceChoices {
  readonly simulator: boolean;
  /** Stream lines a second of the simulator; its own default if absent. */
  readonly linesPerSecond: number | undefined;
  /** Prometheus and Alertmanager watch it: alerts are theirs to tell. */
  readonly monitoring?: boolean;
}

/** How one service of ours runs in the cluster. */
export interface ServicePlan {
  /** Unique in the cluster; also of its log file. */
  readonly name: string;
  /** Its entry point, from the root of the repository. */
  readonly program: string;
  /** Services of one stage start at once, those of the next when these are ready. */
  readonly stage: number;
  /** Over the environment that all of them share. */
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  /** Answers 200 when the service can do its work. */
  readonly readyUrl: string;
}

/** Of main; the control plane starts them. */
const MAIN_REPLICAS = 2;

/** A parser that was killed gets its partitions back after this; other brokers may allow no less than 6 s. */
const SESSION_MS = 2_500;

/** The services that need a port of their own, by name. */
export function innerServices(choices: ServiceChoices): string[] {
  const always = ["stream-parser", "control-plane", "load-balancer-admin", "monitoring"];
  return choices.simulator ? [...always, "simulator"] : always;
}

/** Every service of a cluster, in the order of its start; they are stopped in the reverse. */
export function servicePlans(at: ClusterAddresses, choices: ServiceChoices): ServicePlan[] {
  const plans = [
    streamParser(at, choices),
    controlPlane(at),
    loadBalancer(at),
    monitoring(at, choices),
  ];
  return choices.simulator ? [...plans, simulator(at, choices)] : plans;
}

/** The environment that every service of the cluster shares. */
export function sharedEnv(at: ClusterAddresses): Record<string, string> {
  return {
    DATABASE_URL: at.databaseUrl,
    KAFKA_BROKERS: at.kafkaBrokers,
    CHROMA_URL: at.chromaUrl,
    CANAREC_HOME: at.home,
    HOST: "127.0.0.1",
  };
}

function inner(
  at: ClusterAddresses,
  name: string,
  rest: Pick<ServicePlan, "program" | "stage"> & { env?: Readonly<Record<string, string>> },
): ServicePlan {
  const port = at.ports[name];
  if (port === undefined) throw new Error(`no port was chosen for ${name}`);
  const url = `http://127.0.0.1:${port}`;
  const env = { ...rest.env, PORT: String(port) };
  return { name, program: rest.program, stage: rest.stage, env, url, readyUrl: `${url}/readyz` };
}

function streamParser(at: ClusterAddresses, choices: ServiceChoices): ServicePlan {
  const port = at.ports["simulator"];
  const metadata: Readonly<Record<string, string>> =
    choices.simulator && port !== undefined ? { METADATA_URL: `http://127.0.0.1:${port}` } : {};
  return inner(at, "stream-parser", {
    program: "stream-parser/src/main.ts",
    stage: 0,
    env: { ...metadata, ...(at.ownKafka ? {} : { STREAM_SESSION_MS: String(SESSION_MS) }) },
  });
}

function monitoring(at: ClusterAddresses, choices: ServiceChoices): ServicePlan {
  return inner(at, "monitoring", {
    program: "monitoring/src/main.ts",
    stage: 1,
    env: {
      CONTROL_URL: `http://127.0.0.1:${at.ports["control-plane"] ?? 0}`,
      DATA_PLANE_URLS: `http://127.0.0.1:${at.ports["load-balancer-admin"] ?? 0}`,
      STREAM_PARSER_URLS: `http://127.0.0.1:${at.ports["stream-parser"] ?? 0}`,
      ...(choices.monitoring === true ? { ALERTS_BY: "alertmanager" } : {}),
    },
  });
}

function controlPlane(at: ClusterAddresses): ServicePlan {
  return inner(at, "control-plane", {
    program: "load-balancer/src/control/main.ts",
    stage: 0,
    env: {
      DATA_PLANE_URLS: `http://127.0.0.1:${at.ports["load-balancer-admin"] ?? 0}`,
      MAIN_REPLICAS: String(MAIN_REPLICAS),
    },
  });
}

/** The control plane names its replicas; both get ready together. */
function loadBalancer(at: ClusterAddresses): ServicePlan {
  const admin = inner(at, "load-balancer-admin", {
    program: "load-balancer/src/main.ts",
    stage: 0,
  });
  return {
    ...admin,
    name: "load-balancer",
    env: {
      HOST: at.host,
      PORT: String(at.publicPort),
      ADMIN_PORT: String(at.ports["load-balancer-admin"] ?? 0),
    },
    url: publicUrl(at),
  };
}

function simulator(at: ClusterAddresses, choices: ServiceChoices): ServicePlan {
  const rate = choices.linesPerSecond;
  return inner(at, "simulator", {
    program: "simulator/src/main.ts",
    stage: 1,
    env: {
      RECOMMEND_URL: publicUrl(at),
      ...(rate === undefined ? {} : { RATE: String(rate) }),
    },
  });
}

/** As one asks for it on this machine: a server on every interface is also on the local one. */
export function publicUrl(at: Pick<ClusterAddresses, "host" | "publicPort">): string {
  const everywhere = at.host === "0.0.0.0" || at.host === "::";
  return `http://${everywhere ? "127.0.0.1" : at.host}:${at.publicPort}`;
}
