-- The first schema. Times are timestamptz where people look, bigint epoch ms where machines count.
-- Every table of a home carries home_id: several homes from the start, shards later.

create table homes (
  id text primary key,
  name text not null,
  -- Home Assistant's own identity (uuid of its instance id), so that one home is not linked twice.
  instance text,
  address text not null,
  version text not null,
  time_zone text not null,
  currency text not null,
  user_name text not null,
  user_id text not null,
  user_admin boolean not null,
  -- AES-256-GCM: 12 bytes nonce, cipher text, 16 bytes tag; bound to this row by its id.
  token_sealed bytea not null,
  token_issued_at timestamptz,
  token_expires_at timestamptz,
  -- SHA-256 of the certificate to accept, when the person pinned one.
  pinned_certificate text,
  allow_plain_http boolean not null default false,
  entities integer not null default 0,
  linked_at timestamptz not null default now(),
  -- Newest change whose consequences are stored, epoch ms: a Gap begins here after a crash.
  position bigint not null default 0
);

-- One worker looks after a home at a time; the token rises at each gain, writers check it.
create table leases (
  home_id text primary key references homes on delete cascade,
  worker text not null,
  boot text not null,
  token bigint not null,
  renewed_at timestamptz not null,
  expires_at timestamptz not null
);

-- A series is one entity or statistic whose readings are kept; a number keeps the big table narrow.
create table series (
  id integer generated always as identity primary key,
  home_id text not null references homes on delete cascade,
  entity_id text not null,
  unit text,
  unique (home_id, entity_id)
);

-- Primary key first, value included: a range read never leaves the index. (series, at) also is what
-- a later partition by month needs in its key.
create table readings (
  series_id integer not null,
  at bigint not null,
  value double precision,
  -- Home Assistant's text where the state is no number.
  word text,
  late boolean not null default false,
  primary key (series_id, at) include (value)
);

create table hours (
  series_id integer not null,
  at bigint not null,
  mean double precision,
  min double precision,
  max double precision,
  change double precision,
  primary key (series_id, at) include (mean, min, max, change)
);

create table gaps (
  id bigint generated always as identity primary key,
  home_id text not null references homes on delete cascade,
  began_at bigint not null,
  ended_at bigint not null,
  cause text not null,
  rebuilt integer not null,
  -- Entities whose changes in the gap the recorder does not keep.
  unknown_entities text[] not null default '{}'
);

create table detector_states (
  home_id text not null references homes on delete cascade,
  detector text not null,
  state jsonb not null,
  -- Readings up to here are in the state, epoch ms.
  position bigint not null,
  primary key (home_id, detector)
);

create table episodes (
  id text primary key,
  home_id text not null references homes on delete cascade,
  detector text not null,
  about text not null,
  state text not null check (state in ('open', 'over')),
  since bigint not null,
  raised_at bigint not null,
  cleared_at bigint,
  finding jsonb not null
);
create index episodes_open on episodes (home_id, state);

create table workflow_settings (
  home_id text not null references homes on delete cascade,
  workflow text not null,
  mode text not null check (mode in ('on', 'off', 'watch')),
  settings jsonb not null default '{}',
  grants text[] not null default '{}',
  changed_at timestamptz not null default now(),
  primary key (home_id, workflow)
);

create table runs (
  id text primary key,
  home_id text not null references homes on delete cascade,
  workflow text not null,
  trigger jsonb not null,
  reason text not null,
  state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  result jsonb,
  error jsonb,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index runs_by_home on runs (home_id, created_at desc);
create index runs_open on runs (state) where state in ('waiting', 'running');

-- A trigger that matched but did not start a Run leaves its reason.
create table not_run (
  id bigint generated always as identity primary key,
  home_id text not null references homes on delete cascade,
  workflow text not null,
  reason text not null,
  at timestamptz not null default now()
);

-- Written before sending, marked when answered: after a crash `answered_at is null` says what is in doubt.
create table actions (
  id bigint generated always as identity primary key,
  home_id text not null references homes on delete cascade,
  -- Run and step for workflows; who asked otherwise.
  key text not null unique,
  asked_by text not null,
  action jsonb not null,
  rule text,
  attempts integer not null default 1,
  asked_at timestamptz not null default now(),
  answered_at timestamptz,
  outcome jsonb
);
create index actions_by_home on actions (home_id, asked_at desc);

create table alerts (
  id text primary key,
  home_id text not null references homes on delete cascade,
  key text not null,
  title text not null,
  text text not null,
  lines text[] not null default '{}',
  severity text not null check (severity in ('now', 'today', 'digest')),
  state text not null check (state in ('open', 'acknowledged', 'snoozed', 'resolved')),
  since timestamptz not null,
  entities text[] not null default '{}',
  facts jsonb,
  detector text,
  episode text,
  workflow text,
  run text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  resolved_at timestamptz,
  seen_by text,
  seen_at timestamptz,
  quiet_until timestamptz
);
-- While it is open, the same key is the same alert: a crash and a second try cannot double it.
create unique index alerts_open_key on alerts (home_id, key) where state <> 'resolved';
create index alerts_by_time on alerts (home_id, created_at desc);

create table channels (
  id text primary key,
  home_id text references homes on delete cascade,
  kind text not null,
  name text not null,
  enabled boolean not null default true,
  severities text[] not null default '{now,today}',
  settings jsonb not null default '{}',
  -- Settings marked secret, sealed as JSON and bound to this row.
  secrets_sealed bytea,
  test jsonb,
  created_at timestamptz not null default now()
);

create table deliveries (
  id text primary key,
  -- Null for a test of the channel.
  alert_id text references alerts on delete cascade,
  channel_id text not null references channels on delete cascade,
  kind text not null check (kind in ('open', 'update', 'over', 'test')),
  -- Which turn of the alert it tells, so that each turn is told once a channel.
  turn integer not null default 0,
  state text not null check (state in ('pending', 'sending', 'sent', 'failed', 'held')),
  silent boolean not null default false,
  message jsonb not null,
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  receipt text,
  error jsonb,
  unique (alert_id, channel_id, kind, turn)
);
create index deliveries_due on deliveries (next_at) where state in ('pending', 'sending');

create table settings (
  name text primary key,
  value jsonb not null
);

create table first_looks (
  home_id text primary key references homes on delete cascade,
  look jsonb not null,
  updated_at timestamptz not null default now()
);
