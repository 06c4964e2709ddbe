-- What a person wants otherwise than the plan, until it ends; null for ever.
create table plan_pins (
  home_id text not null references homes on delete cascade,
  load text not null,
  kind text not null check (kind in ('now', 'wait', 'leave', 'by', 'at')),
  at timestamptz,
  until timestamptz,
  set_by text not null check (set_by in ('person', 'hand')),
  set_at timestamptz not null default now(),
  primary key (home_id, load)
);

-- The newest plan of a home, with what it was made of: it holds over a restart.
create table energy_plans (
  home_id text primary key references homes on delete cascade,
  made_at timestamptz not null,
  -- Of what it was made: another means that it is made anew.
  made_of text not null,
  asked jsonb not null,
  plan jsonb not null
);
