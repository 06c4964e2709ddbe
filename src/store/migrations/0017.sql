-- When the reader of a channel ended it, by the link in a message; null while it is used, or was switched off here.
alter table channels add column stopped_at timestamptz;
