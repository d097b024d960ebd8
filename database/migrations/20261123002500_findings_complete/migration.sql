-- Findings name their request, are told once, and stay for a while when Berth put them right

ALTER TABLE "findings"
  ADD COLUMN "request_id" UUID REFERENCES "vm_requests" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  ADD COLUMN "address" TEXT,
  ADD COLUMN "told_at" TIMESTAMPTZ(3),
  ADD COLUMN "repaired_at" TIMESTAMPTZ(3);
CREATE INDEX "findings_repaired" ON "findings" ("repaired_at") WHERE "repaired_at" IS NOT NULL;

-- What a request's own page says of them, so that reading a request stays one statement and a change is an event
ALTER TABLE "vm_requests" ADD COLUMN "findings" JSONB NOT NULL DEFAULT '[]';
CREATE INDEX "vm_requests_with_findings" ON "vm_requests" ("site_id") WHERE "findings" <> '[]';
