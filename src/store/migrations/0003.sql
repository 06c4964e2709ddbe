-- The guardrail grown up: grants as rules, a person's yes that is used once, modes that say when they ended.

-- What a workflow may switch was a list of entities; that list becomes one rule.
alter table workflow_settings alter column grants drop default;
alter table workflow_settings
  alter column grants type jsonb
  using case
    when cardinality(grants) = 0 then '[]'::jsonb
    else jsonb_build_array(jsonb_build_object('entities', to_jsonb(grants), 'areas', '[]'::jsonb))
  end;
alter table workflow_settings alter column grants set default '[]';

-- Key of the Action that used it: the same one may come back after a crash, another may not.
alter table approvals add column used_by text;
create index approvals_by_home on approvals (home_id, asked_at desc);

alter table alerts
  -- An approval told like an alert: its options in place of the usual buttons.
  add column approval text references approvals on delete cascade,
  add column choices jsonb;

alter table homes
  -- Entity into which a blueprint of Home Assistant writes what was pressed on phones.
  add column buttons_entity text,
  -- True when nobody but Tomte uses this user of Home Assistant: then what the user did was Tomte.
  add column own_user boolean not null default false;

-- A mode that ended keeps its row until it is set again, so that its end can be told.
alter table modes add column ended_at timestamptz;

alter table actions
  -- Somebody else changed the entity shortly after: when, to what, by whom.
  add column conflict jsonb;
