-- When a device usually began to run, ms since midnight of each known run, before the ledger held anything against it.
create table energy_habits (
  home_id text not null references homes on delete cascade,
  device text not null,
  starts jsonb not null,
  -- Local dates.
  first_day text not null,
  last_day text not null,
  primary key (home_id, device)
);

-- A day that is told in the ledger; local date.
create table energy_ledger_days (
  home_id text not null references homes on delete cascade,
  day text not null,
  kept_at timestamptz not null,
  primary key (home_id, day)
);

-- What one device did on one day, by its meter; money is null where `why` says what was not known.
create table energy_ledger (
  home_id text not null,
  day text not null,
  device text not null,
  name text not null,
  runs integer not null,
  kwh double precision not null,
  paid double precision,
  usual double precision,
  -- Of what was saved: usual less paid.
  low double precision,
  high double precision,
  why text,
  primary key (home_id, day, device),
  foreign key (home_id, day) references energy_ledger_days on delete cascade
);
