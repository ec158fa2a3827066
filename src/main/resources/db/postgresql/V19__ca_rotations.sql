-- Rotations of the CA's root or intermediate; at most one is open. Times are milliseconds since 1970 (UTC).
create table ca_rotations (
    id             text primary key not null,
    kind           text   not null,
    phase          text   not null,
    started_at     bigint not null,
    since          bigint not null,
    actor          text   not null,
    old_generation bigint not null,
    new_generation bigint not null unique,
    old_root       text   not null,
    new_root       text   not null,
    old_issuer     text   not null,
    new_issuer     text   not null,
    bundle_at      bigint not null,
    switched_at    bigint,
    old_revoked_at bigint
);

-- Which of the CA's certificates signed it; null: the first one.
alter table certificates add column issuer text;
