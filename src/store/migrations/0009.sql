-- Energy of a home, as a person set it right: whose prices, what comes on top of them, answers about sensors.
create table energy_settings (
  home_id text primary key references homes on delete cascade,
  tariff text,
  settings jsonb not null default '{}',
  secrets_sealed bytea,
  -- What is paid for a kWh over its bare price: {"factor", "added", "at"}.
  markup jsonb,
  -- What the grid company asks for the highest power of a month: {"perKw", "minutes"}.
  peak jsonb,
  answers jsonb not null default '{}',
  changed_at timestamptz not null default now()
);

-- What was expected of a day, and how well: one row a day and series.
create table forecast_days (
  home_id text not null references homes on delete cascade,
  series text not null check (series in ('load', 'solar')),
  -- Local date.
  day text not null,
  made_at timestamptz not null,
  slots jsonb not null,
  baseline jsonb not null,
  -- Pinball loss, W; null until the day is over.
  loss double precision,
  baseline_loss double precision,
  hours integer,
  primary key (home_id, series, day)
);

-- Prices as they were told, in the currency of the home per kWh, without what comes on top of a bare price.
create table energy_rates (
  home_id text not null references homes on delete cascade,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  buy double precision not null,
  sell double precision,
  primary key (home_id, starts_at)
);
