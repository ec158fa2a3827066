-- The schema that SQLite reached in V1 to V13. Times are milliseconds since 1970 (UTC), serials lower-case hexadecimal. Texts that are compared
-- or sorted are in the order of their octets, as in SQLite: searches by beginning rely on it.

-- SQLite's name for strpos.
create function instr(whole text, part text) returns integer language sql immutable parallel safe as $$ select strpos(whole, part) $$;

create table settings (
    name  text collate "C" primary key,
    value text not null
);

create table certificates (
    serial            text collate "C" primary key,
    profile           text   collate "C" not null,
    identity          text   collate "C" not null,
    names             text   not null,
    device            text   collate "C",
    issued_at         bigint not null,
    not_before        bigint not null,
    not_after         bigint not null,
    requester         text   not null,
    via               text   not null,
    certificate       text   not null,
    revoked_at        bigint,
    revocation_reason text,
    provisioner       text,
    address           text
);

create index certificates_by_issuance on certificates (issued_at, serial, identity, not_after, revoked_at);
create index certificates_by_expiry on certificates (not_after, serial, identity, revoked_at, profile, issued_at);
create index certificates_by_identity on certificates (identity);
create index certificates_by_device on certificates (device, issued_at);
create index certificates_revoked on certificates (issued_at, serial, identity, not_after) where revoked_at is not null;

create table claims (
    name             text collate "C" primary key,
    identity_key     text   collate "C" not null,
    address          text   not null,
    claimed_at       bigint not null,
    newest_serial    text   collate "C",
    newest_issued_at bigint,
    newest_not_after bigint
);

create index claims_by_identity_key on claims (identity_key);
create index claims_by_expiry on claims (newest_not_after, newest_issued_at, newest_serial);

create table revocations (
    serial     text collate "C" primary key,
    revoked_at bigint not null,
    reason     text   not null,
    not_after  bigint not null
);

create table acme_accounts (
    id             text collate "C" primary key,
    provisioner    text   collate "C" not null,
    thumbprint     text   collate "C" not null,
    jwk            text   not null,
    contacts       text   not null,
    status         text   not null,
    created_at     bigint not null,
    deactivated_at bigint,
    unique (provisioner, thumbprint)
);

create index acme_accounts_deactivated on acme_accounts (deactivated_at) where deactivated_at is not null;
create index acme_accounts_by_creation on acme_accounts (created_at, id);

create table acme_orders (
    id          text collate "C" primary key,
    account     text   collate "C" not null,
    identifiers text   not null,
    created_at  bigint not null,
    expires_at  bigint not null,
    finalizing  bigint not null,
    error_type  text,
    error       text,
    serial      text   collate "C",
    certificate text,
    replaces    text   collate "C",
    profile     text,
    kept_until  bigint
);

create index acme_orders_by_account on acme_orders (account, created_at);
create index acme_orders_by_keeping on acme_orders (kept_until);
create index acme_orders_by_creation on acme_orders (created_at, id);
create index acme_orders_by_serial on acme_orders (serial);
create index acme_orders_by_replaced on acme_orders (replaces) where replaces is not null;
create index acme_orders_open on acme_orders (account, expires_at) where certificate is null and error_type is null;

-- In the order in which they were made, as SQLite's rowid.
create table acme_authorizations (
    id         text collate "C" primary key,
    order_id   text   collate "C" not null,
    account    text   collate "C" not null,
    identifier text   not null,
    status     text   not null,
    expires_at bigint not null,
    rowid      bigint generated always as identity
);

create index acme_authorizations_by_order on acme_authorizations (order_id);

create table acme_challenges (
    id               text collate "C" primary key,
    authorization_id text   collate "C" not null,
    type             text   not null,
    token            text   not null,
    status           text   not null,
    validated_at     bigint,
    error_type       text,
    error            text,
    rowid            bigint generated always as identity
);

create index acme_challenges_by_authorization on acme_challenges (authorization_id);
create index acme_challenges_in_progress on acme_challenges (status) where status = 'processing';

create table acme_external_keys (
    id          text collate "C" primary key,
    provisioner text   not null,
    label       text   not null,
    hmac_key    text,
    created_at  bigint not null,
    account     text   collate "C",
    bound_at    bigint
);

create index acme_external_keys_by_account on acme_external_keys (account) where account is not null;

create table step_tokens (
    id         text collate "C" primary key,
    expires_at bigint not null
);

create index step_tokens_by_expiry on step_tokens (expires_at);

create table operator_tokens (
    name         text collate "C" primary key,
    hash         text   collate "C" not null unique,
    role         text   not null,
    created_at   bigint not null,
    created_by   text   not null,
    expires_at   bigint not null,
    last_used_at bigint
);

create table certificate_roles (
    serial     text collate "C" primary key,
    role       text   not null,
    granted_by text   not null,
    not_after  bigint not null
);

create index certificate_roles_not_after on certificate_roles (not_after);

-- Counters as in SQLite, by ten minutes of expiry and of lifetime; their sum over the shards counts, one shard alone may be below zero. Each
-- connection that writes has a shard of its own, so that no two wait for each other's commit; shard 0 is of those that have none.
create table certificate_counts (
    profile  text   collate "C" not null,
    slot     bigint not null,
    lifetime bigint not null,
    shard    bigint not null,
    live     bigint not null,
    revoked  bigint not null,
    primary key (slot, profile, lifetime, shard)
) with (fillfactor = 50);

create function count_certificate(a_profile text, ends bigint, issued bigint, more_live bigint, more_revoked bigint) returns void
language sql as $$
    insert into certificate_counts as c (profile, slot, lifetime, shard, live, revoked)
    values (a_profile, ends / 600000, (ends - issued + 300000) / 600000,
      coalesce(nullif(current_setting('lumia.shard', true), ''), '0')::bigint, more_live, more_revoked)
    on conflict (slot, profile, lifetime, shard) do update set live = c.live + excluded.live, revoked = c.revoked + excluded.revoked
$$;

create function certificate_counted() returns trigger language plpgsql as $$
begin
    if new.revoked_at is null then
        perform count_certificate(new.profile, new.not_after, new.issued_at, 1, 0);
    else
        perform count_certificate(new.profile, new.not_after, new.issued_at, 0, 1);
    end if;
    -- The newest device certificate since the claim: asked at every scrape, and kept by the purge.
    if new.device is not null and new.profile = 'device' then
        update claims set newest_serial = new.serial, newest_issued_at = new.issued_at, newest_not_after = new.not_after
        where name = new.device and coalesce(newest_issued_at, 0) <= new.issued_at;
    end if;
    return null;
end $$;

create trigger certificate_counted after insert on certificates for each row execute function certificate_counted();

create function certificate_revocation_counted() returns trigger language plpgsql as $$
begin
    perform count_certificate(new.profile, new.not_after, new.issued_at, -1, 1);
    return null;
end $$;

create trigger certificate_revocation_counted after update of revoked_at on certificates
for each row when (old.revoked_at is null and new.revoked_at is not null) execute function certificate_revocation_counted();

create function certificate_uncounted() returns trigger language plpgsql as $$
begin
    if old.revoked_at is null then
        perform count_certificate(old.profile, old.not_after, old.issued_at, -1, 0);
    else
        perform count_certificate(old.profile, old.not_after, old.issued_at, 0, -1);
    end if;
    return null;
end $$;

create trigger certificate_uncounted after delete on certificates for each row execute function certificate_uncounted();
