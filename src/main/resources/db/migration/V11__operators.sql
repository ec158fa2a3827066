-- Tokens of the admin API. Of the token itself there is only the SHA-256, hexadecimal; it is 256 random bits, so that a slow hash adds nothing.
create table operator_tokens (
  name text primary key,
  hash text not null unique,
  role text not null,
  created_at bigint not null,
  created_by text not null,
  expires_at bigint not null,
  last_used_at bigint
);

-- What a certificate of the profile admin may do at the admin API; one that is not here may do nothing.
create table certificate_roles (
  serial text primary key,
  role text not null,
  granted_by text not null,
  not_after bigint not null
);
create index certificate_roles_not_after on certificate_roles (not_after);
