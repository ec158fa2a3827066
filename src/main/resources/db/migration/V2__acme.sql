-- State of the ACME server (RFC 8555, 7.1). Times are milliseconds since 1970 (UTC).

create table acme_accounts (
    id           text primary key not null,
    provisioner  text   not null,
    thumbprint   text   not null,
    jwk          text   not null,
    contacts     text   not null,
    status       text   not null,
    created_at   bigint not null,
    unique (provisioner, thumbprint)
);

-- What an order's status is follows from these columns and its authorizations.
create table acme_orders (
    id          text primary key not null,
    account     text   not null,
    identifiers text   not null,
    created_at  bigint not null,
    expires_at  bigint not null,
    finalizing  bigint not null,
    error_type  text,
    error       text,
    serial      text,
    certificate text
);

create index acme_orders_by_account on acme_orders (account, created_at);
create index acme_orders_by_expiry on acme_orders (expires_at);
create index acme_orders_by_serial on acme_orders (serial);

create table acme_authorizations (
    id         text primary key not null,
    order_id   text   not null,
    account    text   not null,
    identifier text   not null,
    status     text   not null,
    expires_at bigint not null
);

create index acme_authorizations_by_order on acme_authorizations (order_id);

create table acme_challenges (
    id               text primary key not null,
    authorization_id text   not null,
    type             text   not null,
    token            text   not null,
    status           text   not null,
    validated_at     bigint,
    error_type       text,
    error            text
);

create index acme_challenges_by_authorization on acme_challenges (authorization_id);
create index acme_challenges_in_progress on acme_challenges (status) where status = 'processing';
