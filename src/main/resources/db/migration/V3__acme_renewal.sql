-- What a new order wants besides its identifiers: the certificate it takes the place of (RFC 9773, 5), a profile.
alter table acme_orders add column replaces text;
alter table acme_orders add column profile text;

create index acme_orders_by_replaced on acme_orders (replaces) where replaces is not null;

-- Keys for external account binding (RFC 8555, 7.3.4). The key is forgotten once an account is bound with it.
create table acme_external_keys (
    id          text primary key not null,
    provisioner text   not null,
    label       text   not null,
    hmac_key    text,
    created_at  bigint not null,
    account     text,
    bound_at    bigint
);
