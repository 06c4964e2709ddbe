-- Why nothing started, told once however often it is so; and what a trigger still waits for.

alter table not_run
  -- The Run it would have been: the same happening, heard again after a crash, is known.
  add column run text,
  -- How often in a row it was the same, the first time, and the newest time.
  add column times integer not null default 1,
  add column since timestamptz;
create index not_run_by_run on not_run (run) where run is not null;
create index not_run_by_workflow on not_run (home_id, workflow, id desc);

-- A state that must stay so for a while, or a workflow whose triggers must be quiet for a while.
create table pending_triggers (
  home_id text not null references homes on delete cascade,
  workflow text not null,
  kind text not null check (kind in ('for', 'debounce')),
  -- Spec and entity; empty for a debounce, of which a workflow has one.
  key text not null,
  -- What the Run will be started with.
  fired jsonb not null,
  -- Epoch ms.
  due_at bigint not null,
  primary key (home_id, workflow, kind, key)
);
