-- What several nodes on one database need; one alone uses little of it. Times are milliseconds since 1970 (UTC).

-- Until when the node that validates a challenge is waited for; then another one may take it up.
alter table acme_challenges add column validating_until bigint;

-- The newest CRL of each issuer, base64, so that whichever node is asked answers with the same one.
create table crls (
    issuer          text primary key not null,
    number          text   not null,
    content         text   not null,
    complete_before bigint not null
);

-- Who does a piece of work that is to be done once; the fence grows with each owner.
create table leases (
    name  text primary key not null,
    owner text   not null,
    fence bigint not null,
    until bigint not null
);

-- For each client of a limit: when all that it took is given back.
create table rate_limits (
    name    text primary key not null,
    free_at bigint not null
);
create index rate_limits_by_end on rate_limits (free_at);

-- Browsers that are logged in. Of the session's secret there is only the SHA-256, hexadecimal.
create table web_sessions (
    hash      text primary key not null,
    token     text   not null,
    last_seen bigint not null,
    ends      bigint not null
);
create index web_sessions_by_end on web_sessions (ends);
create index web_sessions_by_token on web_sessions (token);
