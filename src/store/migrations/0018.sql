-- What a row of the ledger is held against: a device against its usual hours, a battery against following the house.
alter table energy_ledger add column kind text not null default 'device';
