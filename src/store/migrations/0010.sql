-- Decisions: the models that may be asked, what was decided and why, and what it cost.

create table models (
  -- Its kind, or kind:label where there are several.
  name text primary key,
  settings jsonb not null default '{}',
  secrets_sealed bytea,
  state text not null default 'off' check (state in ('off', 'watch', 'on')),
  -- Since when it is compared beside the rule, with these settings.
  watch_since timestamptz,
  -- When a person saw what would leave the home, and agreed.
  agreed_at timestamptz,
  changed_at timestamptz not null default now()
);
create unique index models_on on models (state) where state = 'on';
create unique index models_watch on models (state) where state = 'watch';

-- One row a Decision; each is sealed together with the one before it.
create table decisions (
  home_id text not null references homes on delete cascade,
  -- Place in the chain of its home, from 1, without a gap.
  seq bigint not null,
  id text not null unique,
  -- Epoch ms.
  at bigint not null,
  asked_by text not null,
  -- Run and step, where a Run asked.
  key text,
  decided_by text not null check (decided_by in ('rule', 'model')),
  prompt_hash text not null,
  -- The whole record, exactly as it is sealed.
  record text not null,
  seal text not null,
  primary key (home_id, seq)
);
create unique index decisions_key on decisions (home_id, key) where key is not null;
create index decisions_at on decisions (home_id, at);
create index decisions_prompt on decisions (home_id, prompt_hash);

-- Where the chain of a home begins and ends; a record that is missing at its end shows by it.
create table decision_chains (
  home_id text primary key references homes on delete cascade,
  -- Records up to this one were dropped for their age; the seal of the last of them.
  dropped bigint not null default 0,
  dropped_seal text not null default '',
  last bigint not null,
  last_seal text not null,
  seal text not null
);

-- What was asked on a day (UTC), by whom.
create table decision_usage (
  day text not null,
  asked_by text not null,
  calls integer not null default 0,
  tokens bigint not null default 0,
  cost double precision not null default 0,
  -- Questions that were not asked any more.
  refused integer not null default 0,
  primary key (day, asked_by)
);
