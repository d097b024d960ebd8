-- What an operator chose for a retry: datastore, network, resource pool, name

ALTER TABLE "vm_requests" ADD COLUMN "overrides" JSONB;
