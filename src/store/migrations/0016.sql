-- When a person first let a workflow act: one that watches first does so until then.
alter table workflow_settings add column let_act_at timestamptz;
update workflow_settings set let_act_at = changed_at where mode = 'on';
