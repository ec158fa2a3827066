-- Who uses which bundle of roots. Times are milliseconds since 1970 (UTC).
create table trust_adoptions (
    kind         text   not null,
    name         text   not null,
    bundle       text   not null,
    confirmed_at bigint not null,
    primary key (kind, name)
);

create index trust_adoptions_by_bundle on trust_adoptions (kind, bundle);
