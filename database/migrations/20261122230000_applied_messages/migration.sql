-- What messages did, so that a repetition is answered and not applied, whichever run it reaches

CREATE TABLE "applied_messages" (
  "request_id" UUID NOT NULL REFERENCES "vm_requests" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  "message_id" TEXT NOT NULL,
  "audit_seq" INTEGER NOT NULL,
  "answer" JSONB NOT NULL,
  "applied_at" TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY ("request_id", "message_id")
);
