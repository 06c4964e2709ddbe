-- Mode and settings a Run was started under, so that it need not look them up before its first step.
-- Null for Runs of earlier versions, which journal them as a step.
alter table runs add column terms jsonb;
