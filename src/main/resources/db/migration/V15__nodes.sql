-- What several nodes on one database need; one alone uses little of it. Times are milliseconds since 1970 (UTC).

-- Until when the node that validates a challenge is waited for; then another one may take it up.
alter table acme_challenges add column validating_until bigint;
