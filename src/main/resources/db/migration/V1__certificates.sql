-- Times are milliseconds since 1970 (UTC), serials lower-case hexadecimal.

create table settings (
    name  text primary key not null,
    value text not null
);

-- Every certificate the authority issued, for good.
create table certificates (
    serial            text primary key not null,
    profile           text   not null,
    identity          text   not null,
    names             text   not null,
    device            text,
    issued_at         bigint not null,
    not_before        bigint not null,
    not_after         bigint not null,
    requester         text   not null,
    via               text   not null,
    certificate       text   not null,
    revoked_at        bigint,
    revocation_reason text
);

create index certificates_by_issuance on certificates (issued_at);
create index certificates_by_identity on certificates (identity);
create index certificates_by_device on certificates (device, issued_at);
create index certificates_by_state on certificates (profile, revoked_at, not_after);

-- Fleet names and the identity keys that own them.
create table claims (
    name         text primary key not null,
    identity_key text   not null,
    address      text   not null,
    claimed_at   bigint not null
);

create index claims_by_identity_key on claims (identity_key);
