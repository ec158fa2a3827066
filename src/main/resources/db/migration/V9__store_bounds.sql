-- What keeps the store fast with a million certificates, and bounded. Times are milliseconds since 1970 (UTC).

-- Searches read these indexes alone: a row of the table is twenty times as wide.
drop index certificates_by_issuance;
drop index certificates_by_state;
create index certificates_by_issuance on certificates (issued_at, serial, identity, not_after, revoked_at);
create index certificates_by_expiry on certificates (not_after, serial, identity, revoked_at, profile);
create index certificates_revoked on certificates (issued_at, serial, not_after) where revoked_at is not null;

-- Counters for statistics: certificates by the ten minutes (600000 ms) in which they end. Kept by triggers, whoever writes.
create table certificate_counts (
    profile text   not null,
    slot    bigint not null,
    live    bigint not null,
    revoked bigint not null,
    primary key (profile, slot)
);

insert into certificate_counts (profile, slot, live, revoked)
select profile, not_after / 600000, count(*) - count(revoked_at), count(revoked_at) from certificates group by 1, 2;

create trigger certificate_counted after insert on certificates begin
    insert into certificate_counts (profile, slot, live, revoked)
    values (new.profile, new.not_after / 600000, new.revoked_at is null, new.revoked_at is not null)
    on conflict (profile, slot) do update set live = live + excluded.live, revoked = revoked + excluded.revoked;
end;

create trigger certificate_revocation_counted after update of revoked_at on certificates
when old.revoked_at is null and new.revoked_at is not null begin
    update certificate_counts set live = live - 1, revoked = revoked + 1
    where profile = new.profile and slot = new.not_after / 600000;
end;

create trigger certificate_uncounted after delete on certificates begin
    update certificate_counts set live = live - (old.revoked_at is null), revoked = revoked - (old.revoked_at is not null)
    where profile = old.profile and slot = old.not_after / 600000;
    delete from certificate_counts
    where profile = old.profile and slot = old.not_after / 600000 and live = 0 and revoked = 0;
end;

-- The newest device certificate since the claim: asked at every scrape, and kept by the purge.
alter table claims add column newest_serial text;
alter table claims add column newest_issued_at bigint;
alter table claims add column newest_not_after bigint;

update claims set (newest_serial, newest_issued_at, newest_not_after) = (
    select serial, issued_at, not_after from certificates
    where device = claims.name and profile = 'device' order by issued_at desc limit 1);

create trigger claim_follows_certificate after insert on certificates
when new.device is not null and new.profile = 'device' begin
    update claims set newest_serial = new.serial, newest_issued_at = new.issued_at, newest_not_after = new.not_after
    where name = new.device and coalesce(newest_issued_at, 0) <= new.issued_at;
end;

-- An order stays until its certificate has ended, so that its account can revoke or replace it.
alter table acme_orders add column kept_until bigint;
update acme_orders set kept_until = max(expires_at,
    coalesce((select c.not_after from certificates c where c.serial = acme_orders.serial), 0));
drop index acme_orders_by_expiry;
create index acme_orders_by_keeping on acme_orders (kept_until);
create index acme_orders_by_creation on acme_orders (created_at, id);

alter table acme_accounts add column deactivated_at bigint;
update acme_accounts set deactivated_at = created_at where status = 'DEACTIVATED';
create index acme_accounts_deactivated on acme_accounts (deactivated_at) where deactivated_at is not null;
create index acme_accounts_by_creation on acme_accounts (created_at, id);
create index acme_external_keys_by_account on acme_external_keys (account) where account is not null;
