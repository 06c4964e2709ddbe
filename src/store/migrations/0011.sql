-- What a service foresaw of the sun, W of each hour; told before the hour began.
create table energy_foreseen (
  home_id text not null references homes on delete cascade,
  starts_at timestamptz not null,
  watts double precision not null,
  primary key (home_id, starts_at)
);
