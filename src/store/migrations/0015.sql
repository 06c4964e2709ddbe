-- Who sends it: a worker that starts takes up what it left itself, and nothing that another one is sending.
alter table deliveries add column taken_by text;
