# The agent alone, with what it needs and nothing of the control plane.
FROM node:24.21.0-bookworm-slim
WORKDIR /berth
COPY package.json package-lock.json .npmrc ./
COPY domain domain
COPY activities activities
COPY agent-worker agent-worker
RUN npm ci --workspace agent-worker --omit=dev --ignore-scripts && mkdir .compile-cache && chown node .compile-cache
# Few arenas that give back what a burst took, and a small young generation: an agent waits more than it works. Types are
# stripped without moving a line, so source maps would only cost memory.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 NODE_COMPILE_CACHE=/berth/.compile-cache
USER node
# Without settings it ends at once, with its compiled modules in the cache: that of this user and of exactly these flags.
RUN node --max-semi-space-size=1 --optimize-for-size agent-worker/main.ts >/dev/null 2>&1 || true
ENTRYPOINT ["node", "--max-semi-space-size=1", "--optimize-for-size", "agent-worker/main.ts"]
