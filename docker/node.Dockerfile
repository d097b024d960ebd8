# One image for the API, the workers and the migrations: which of them runs is the command. TypeScript runs as it is.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /berth
COPY . .
RUN npm ci && npm run generate --workspace database && npm run build --workspace web && \
  node workers/bundle-workflows.ts && npm prune --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim
WORKDIR /berth
COPY --from=build /berth /berth
# Few arenas that give back what a burst took.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072
USER node
ENTRYPOINT ["node", "--enable-source-maps"]
