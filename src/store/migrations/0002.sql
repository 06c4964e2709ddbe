-- Workflows that wait, ask, remember and explain themselves.

-- A Run keeps which text of its workflow it began with, who started it, and how often it was cut short.
alter table runs
  add column version text,
  add column parent text,
  -- True for a Run that may change nothing: asked for as a dry run.
  add column dry boolean not null default false,
  -- Executions so far: a Run that waits long ends its execution and wakes in another.
  add column segment integer not null default 0,
  -- Executions that ended in a death of their process.
  add column crashes integer not null default 0;
create index runs_by_workflow on runs (home_id, workflow, created_at desc);

-- A wait of a Run: for a time, a condition, an event, an answer. It is settled once.
create table waits (
  run text not null references runs on delete cascade,
  -- Place in the order of the Run's steps.
  position integer not null,
  home_id text not null references homes on delete cascade,
  kind text not null check (kind in ('sleep', 'until', 'event', 'webhook', 'approval', 'run')),
  name text not null,
  spec jsonb not null,
  began_at bigint not null,
  -- Epoch ms after which it ends by itself; null for never.
  due_at bigint,
  settled_at bigint,
  outcome jsonb,
  primary key (run, position)
);
create index waits_due on waits (home_id, due_at) where settled_at is null;

-- A person's yes: to a question of a Run, or to one exact Action. Used once, and it ends.
create table approvals (
  id text primary key,
  home_id text not null references homes on delete cascade,
  run text references runs on delete cascade,
  position integer,
  workflow text,
  kind text not null check (kind in ('question', 'action')),
  title text not null,
  text text not null,
  options jsonb not null,
  fallback text not null,
  -- The exact Action it is bound to, and its digest.
  action jsonb,
  action_hash text,
  state text not null check (state in ('open', 'answered', 'expired', 'cancelled')),
  asked_at timestamptz not null default now(),
  expires_at timestamptz not null,
  answer text,
  answered_by text,
  answered_at timestamptz,
  -- When the Action it allowed was sent: a yes counts once.
  used_at timestamptz
);
create index approvals_open on approvals (home_id, expires_at) where state = 'open';

-- Where a time trigger stands: what was due last is known after a restart.
create table schedules (
  home_id text not null references homes on delete cascade,
  workflow text not null,
  -- The spec as JSON text: a changed one begins anew.
  spec text not null,
  last_due bigint,
  next_due bigint,
  primary key (home_id, workflow, spec)
);

-- The computer slept, or its clock was set: what was due meanwhile is explained by it.
create table clock_jumps (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  by_ms bigint not null
);

alter table not_run
  add column trigger text,
  -- Why, as a code: off, condition, busy, cooldown, paused, late, …
  add column code text,
  add column details jsonb;
create index not_run_by_home on not_run (home_id, at desc);

-- What a workflow remembers between its Runs.
create table workflow_store (
  home_id text not null references homes on delete cascade,
  workflow text not null,
  key text not null,
  value jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (home_id, workflow, key)
);

-- Texts of the person's own workflows, bundled, under the hash of all they consist of.
create table workflow_versions (
  hash text primary key,
  name text not null,
  -- Counts the versions of a name, for people.
  number integer not null,
  code text not null,
  source_map text,
  -- Title, text, triggers, settings schema, as the code declares them.
  declared jsonb not null,
  made_at timestamptz not null default now(),
  unique (name, number)
);
create table workflow_files (
  name text primary key,
  -- The version new Runs begin with; null when no version ever loaded.
  hash text references workflow_versions,
  -- Why the newest text could not be loaded.
  error jsonb,
  changed_at timestamptz not null default now()
);

-- What a Run said with log, bounded by its writer.
create table run_logs (
  id bigint generated always as identity primary key,
  run text not null references runs on delete cascade,
  at bigint not null,
  text text not null
);
create index run_logs_by_run on run_logs (run, id);

-- Pause, guests, away: each with an end.
create table modes (
  home_id text not null references homes on delete cascade,
  mode text not null check (mode in ('pause', 'guests', 'away')),
  since timestamptz not null,
  until timestamptz not null,
  set_by text,
  primary key (home_id, mode)
);

alter table workflow_settings
  -- Settings marked secret, sealed as JSON and bound to this row.
  add column secrets_sealed bytea,
  -- Watch only ends here, and the person is asked.
  add column watch_until timestamptz;

-- A secret path for each webhook of a workflow, and what was delivered lately.
create table webhooks (
  path_hash text primary key,
  home_id text not null references homes on delete cascade,
  workflow text not null,
  name text not null,
  -- Path and HMAC key, sealed and bound to this row.
  sealed bytea not null,
  made_at timestamptz not null default now(),
  unique (home_id, workflow, name)
);
create table webhook_deliveries (
  path_hash text not null references webhooks on delete cascade,
  id text not null,
  at timestamptz not null default now(),
  primary key (path_hash, id)
);

-- What a Connector fetched last, good until a time and kept beyond it.
create table connector_cache (
  home_id text not null references homes on delete cascade,
  connector text not null,
  key text not null,
  value jsonb not null,
  fetched_at timestamptz not null,
  valid_until timestamptz not null,
  -- Of the newest attempt, where it failed.
  error jsonb,
  failed_at timestamptz,
  primary key (home_id, connector, key)
);
create table connector_settings (
  home_id text not null references homes on delete cascade,
  connector text not null,
  settings jsonb not null default '{}',
  secrets_sealed bytea,
  changed_at timestamptz not null default now(),
  primary key (home_id, connector)
);

-- What a workflow would have done in the past, as it was shown to the person.
create table backtests (
  home_id text not null references homes on delete cascade,
  workflow text not null,
  settings jsonb not null,
  result jsonb not null,
  made_at timestamptz not null default now(),
  primary key (home_id, workflow)
);
