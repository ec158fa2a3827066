-- From which address each certificate was asked for; null: by the process itself, or before this was kept.
alter table certificates add column address text;
