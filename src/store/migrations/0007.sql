-- Detectors as a person wants them: settings, answers to what was found, and notes for alerts.

create table detector_settings (
  home_id text not null references homes on delete cascade,
  detector text not null,
  settings jsonb not null,
  changed_at timestamptz not null default now(),
  primary key (home_id, detector)
);

create table finding_answers (
  id text primary key,
  home_id text not null references homes on delete cascade,
  detector text not null,
  episode text not null,
  title text not null,
  answer text not null check (answer in ('right', 'expected', 'not_worth')),
  given_by text,
  given_at timestamptz not null default now(),
  -- What is not told any more because of it; null where nothing is.
  hides jsonb,
  undone_at timestamptz
);
create index finding_answers_by_home on finding_answers (home_id, given_at desc);

-- Not told, because of an answer to one like it.
alter table episodes add column hidden boolean not null default false;

-- Where the main tap is, whom to call.
alter table homes add column notes jsonb;
