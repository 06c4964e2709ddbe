-- In a storm each alert asks whether its key was there before; without this, of all alerts of the home.
create index alerts_by_key on alerts (home_id, key, created_at desc);
-- Lists of all homes.
create index alerts_told on alerts (created_at desc, id) where told_at is not null and approval is null;
-- Dropping an alert looks for what hangs on it.
create index digest_items_of_alert on digest_items (alert_id);
