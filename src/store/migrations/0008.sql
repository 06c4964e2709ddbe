-- Who is told: persons and routes; and what an alert needs to be told once, to the right person, in time.

create table persons (
  id text primary key,
  name text not null,
  -- Entity of Home Assistant that says whether they are home.
  entity text,
  channels text[] not null default '{}',
  -- HH:MM by the clock of the home; both or none.
  quiet_from text,
  quiet_to text,
  may_say_yes boolean not null default true,
  position integer not null default 0,
  created_at timestamptz not null default now()
);

create table routes (
  id text primary key,
  -- Null for every home.
  home_id text references homes on delete cascade,
  name text not null,
  -- The first that fits is taken.
  position integer not null default 0,
  enabled boolean not null default true,
  -- Empty fits all.
  severities text[] not null default '{}',
  areas text[] not null default '{}',
  hours_from text,
  hours_to text,
  presence text not null default 'all' check (presence in ('all', 'home', 'away')),
  -- Who is told at once, and who after so many minutes that nobody saw it.
  steps jsonb not null,
  created_at timestamptz not null default now()
);

alter table alerts
  -- Keys of alerts that explain this one while they are open.
  add column depends_on text[] not null default '{}',
  -- Id of the alert that explains it: it is counted there and told to nobody.
  add column parent text,
  -- When people were first told, or would have been; null while it is held off or explained by another.
  add column told_at timestamptz,
  -- It is told then, if it is still so.
  add column held_until timestamptz,
  -- Epoch ms of each time it opened, the newest last.
  add column turns jsonb not null default '[]',
  -- Since when it comes and goes: no more than that is told until it rests.
  add column flapping_since timestamptz,
  -- It ended while it comes and goes: over at this time, with these words, if it does not come again.
  add column rests_at timestamptz,
  add column last_words jsonb,
  -- Learned of after a gap.
  add column late boolean not null default false,
  -- What a button of it does.
  add column action jsonb;
update alerts set told_at = created_at;
create index alerts_held on alerts (held_until) where held_until is not null;
create index alerts_resting on alerts (rests_at) where rests_at is not null;
create index alerts_by_parent on alerts (parent) where parent is not null;

-- Whom an alert goes to next while nobody has seen it.
create table alert_steps (
  alert_id text not null references alerts on delete cascade,
  step integer not null,
  due_at timestamptz not null,
  channels text[] not null,
  primary key (alert_id, step)
);
create index alert_steps_due on alert_steps (due_at);

-- What a channel is told in the morning.
create table digest_items (
  id bigint generated always as identity primary key,
  home_id text not null references homes on delete cascade,
  channel_id text not null references channels on delete cascade,
  alert_id text not null references alerts on delete cascade,
  why text not null check (why in ('digest', 'quiet', 'away', 'held')),
  at timestamptz not null,
  -- The morning that told it.
  day text,
  unique (channel_id, alert_id)
);
create index digest_items_waiting on digest_items (home_id) where day is null;
create table digests (
  home_id text not null references homes on delete cascade,
  day text not null,
  at timestamptz not null,
  primary key (home_id, day)
);

-- When it was first taken to be sent: so many in ten minutes is enough.
alter table deliveries add column taken_at timestamptz;
create index deliveries_waiting on deliveries (channel_id, created_at)
  where state in ('pending', 'sending');
create index deliveries_taken on deliveries (channel_id, taken_at) where taken_at is not null;

-- Id of the alert whose button asked for it.
alter table approvals add column alert text;
