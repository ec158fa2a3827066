-- Counted at every new order; the other index leads to all that the account ever ordered.
create index acme_orders_open on acme_orders (account, expires_at) where certificate is null and error_type is null;
