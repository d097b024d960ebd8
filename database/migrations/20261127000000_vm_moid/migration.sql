-- Which object of vCenter the request's VM was when it was cloned: tells one that is gone from one with another uuid

ALTER TABLE "vm_requests" ADD COLUMN "vm_moid" TEXT;
