-- A Run that goes through the steps of another, up to a place, as they were: {"run", "from"}.
alter table runs add column fork jsonb;
