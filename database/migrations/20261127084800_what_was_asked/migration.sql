-- What a message said: another one under its id is no repetition of it

ALTER TABLE "applied_messages" ADD COLUMN "asked" TEXT;
