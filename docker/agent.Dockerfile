# The agent alone, with what it needs and nothing of the control plane.
FROM node:24.21.0-bookworm-slim
WORKDIR /berth
COPY package.json package-lock.json .npmrc ./
COPY domain domain
COPY activities activities
COPY agent-worker agent-worker
RUN npm ci --workspace agent-worker --omit=dev --ignore-scripts
ENV NODE_ENV=production
USER node
ENTRYPOINT ["node", "--enable-source-maps", "agent-worker/main.ts"]
