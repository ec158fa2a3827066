-- By which provisioner a certificate was issued; its rules hold at renewal.
alter table certificates add column provisioner text;

-- One-time tokens that were used, until they expire. Times are milliseconds since 1970 (UTC).
create table step_tokens (
    id         text primary key not null,
    expires_at bigint not null
);

create index step_tokens_by_expiry on step_tokens (expires_at);
