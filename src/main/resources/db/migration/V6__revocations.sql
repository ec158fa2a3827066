-- What CRL and OCSP tell, apart from the certificates: a serial can be revoked that the database does not know, since the revocation journal
-- outlives a restored backup. Times are milliseconds since 1970 (UTC).
create table revocations (
    serial     text primary key not null,
    revoked_at bigint not null,
    reason     text   not null,
    not_after  bigint not null
);

insert into revocations (serial, revoked_at, reason, not_after)
select serial, revoked_at, revocation_reason, not_after from certificates where revoked_at is not null;
