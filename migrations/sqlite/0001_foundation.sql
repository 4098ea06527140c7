-- The foundation: identity, applications, keys, sessions and the ledger, for any number of organisations.
--
-- Identifiers are UUIDs of 16 bytes, instants RFC 3339 texts in UTC with at most six decimals, lists and maps JSON.
-- Every table of an organisation carries its id, and references between them carry it too, so that a row of one
-- organisation cannot point at a row of another.

-- Client firms.
create table organisations (
    -- Stable for life.
    id blob not null primary key,
    -- The name shown on its pages.
    name text not null,
    -- The host its pages answer at; null in a single-organisation install.
    host text unique,
    -- The colour of its buttons and links, #rrggbb.
    accent text not null,
    -- 1 when its data and keys are a demo's, for ever (S83).
    demo integer not null check (demo in (0, 1)),
    -- When it was made.
    created_at text not null
) strict;

-- UPN suffixes; a domain belongs to one organisation of the deployment.
create table domains (
    -- The suffix, lower-case ASCII.
    name text not null primary key,
    -- The organisation it belongs to.
    organisation_id blob not null references organisations (id),
    -- The issuer URI that Entra holds for it, byte for byte.
    issuer text not null,
    -- 1 once ownership is proven, or was declared so by an operator (S71).
    proven integer not null check (proven in (0, 1))
) strict;

create index domains_organisation on domains (organisation_id);

-- People and service accounts.
create table users (
    -- Stable for life.
    id blob not null primary key,
    -- The organisation the user belongs to.
    organisation_id blob not null references organisations (id),
    -- The sign-in name as Entra has it; unique without letter case.
    upn text not null,
    -- The anchor, case-sensitive; null: no token for this user (TOK-05).
    immutable_id text,
    -- 1 when the user may sign in at all.
    active integer not null check (active in (0, 1)),
    -- Standard and custom attributes: a JSON map from name to a list of values.
    attributes text not null,
    -- When the user was made.
    created_at text not null,
    unique (organisation_id, id)
) strict;

create unique index users_upn on users (organisation_id, lower(upn));
create unique index users_immutable_id on users (organisation_id, immutable_id);

-- What users prove themselves with.
create table credentials (
    -- Whose it is.
    user_id blob not null primary key references users (id) on delete cascade,
    -- Argon2id, PHC string.
    password_hash text not null,
    -- When the password was set.
    changed_at text not null
) strict;

-- Who may use what: users are members of roles.
create table roles (
    -- Stable for life.
    id blob not null primary key,
    -- The organisation it belongs to.
    organisation_id blob not null references organisations (id),
    -- Unique in the organisation without letter case.
    name text not null,
    unique (organisation_id, id)
) strict;

create unique index roles_name on roles (organisation_id, lower(name));

-- Members of roles.
create table role_members (
    -- The organisation of both.
    organisation_id blob not null,
    -- The role.
    role_id blob not null,
    -- The member.
    user_id blob not null,
    primary key (role_id, user_id),
    foreign key (organisation_id, role_id) references roles (organisation_id, id) on delete cascade,
    foreign key (organisation_id, user_id) references users (organisation_id, id) on delete cascade
) strict;

create index role_members_user on role_members (user_id);

-- Relying parties.
create table applications (
    -- Stable for life.
    id blob not null primary key,
    -- The organisation it belongs to.
    organisation_id blob not null references organisations (id),
    -- microsoft-365 or ws-federation.
    kind text not null,
    -- The name people see.
    name text not null,
    -- Its realm and the audience of its tokens, byte for byte.
    realm text not null,
    -- Where answers may be posted: a JSON list, the first is the default.
    reply_addresses text not null,
    -- How long its tokens are valid, in seconds.
    token_lifetime integer not null,
    -- The issuer of its tokens; null: that of a domain.
    issuer text,
    -- The token script, JavaScript; null: the default script.
    token_script text,
    -- 1 when it gets tokens at all.
    enabled integer not null check (enabled in (0, 1)),
    unique (organisation_id, id),
    unique (organisation_id, realm)
) strict;

-- Which roles may use which applications.
create table grants (
    -- The organisation of both.
    organisation_id blob not null,
    -- The application.
    application_id blob not null,
    -- The role whose members may use it.
    role_id blob not null,
    primary key (application_id, role_id),
    foreign key (organisation_id, application_id) references applications (organisation_id, id) on delete cascade,
    foreign key (organisation_id, role_id) references roles (organisation_id, id) on delete cascade
) strict;

-- Token signing keys, per organisation (S72).
create table signing_keys (
    -- Stable for life.
    id blob not null primary key,
    -- The organisation whose tokens it signs.
    organisation_id blob not null references organisations (id),
    -- next, active or retired.
    state text not null check (state in ('next', 'active', 'retired')),
    -- RSA modulus length.
    bits integer not null,
    -- The self-signed certificate, DER.
    certificate blob not null,
    -- The private half, PKCS#8, sealed for this table, column and row.
    private_key blob not null,
    -- Last instant the certificate is valid.
    expires_at text not null,
    -- 1 when it is a demo's key, for ever (S83).
    demo integer not null check (demo in (0, 1)),
    -- When it was made.
    created_at text not null
) strict;

create unique index signing_keys_active on signing_keys (organisation_id) where state = 'active';

-- Live sessions. Reads come from memory; a row is read once, by hash, after a restart.
create table sessions (
    -- SHA-256 of the secret in the cookie; the secret itself is kept nowhere.
    hash blob not null primary key,
    -- The session's public name.
    id blob not null unique,
    -- The organisation.
    organisation_id blob not null,
    -- Who signed in.
    user_id blob not null,
    -- How and when, JSON.
    evidence text not null,
    -- When it began.
    created_at text not null,
    -- When it was last used, give or take the rate at which that is written.
    last_seen_at text not null,
    -- When it ends whatever happens.
    expires_at text not null,
    -- 1 when its cookie outlives the browser ("keep me signed in").
    persistent integer not null check (persistent in (0, 1)),
    -- Applications that got a token in it: a JSON list of ids, for sign-out.
    relying_parties text not null,
    foreign key (organisation_id, user_id) references users (organisation_id, id) on delete cascade
) strict;

create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

-- Writers of the ledger: one per running server, and the administration, which any process writes for.
create table nodes (
    -- Stable for life.
    id blob not null primary key,
    -- The name in settings and reports.
    name text not null unique,
    -- The epoch it writes in: the Unix second its last start, or more when that is taken (S78).
    epoch integer not null,
    -- When that epoch began.
    started_at text not null
) strict;

insert into nodes (id, name, epoch, started_at)
values (x'00000000000000000000000000000001', 'administration', 1, '1970-01-01T00:00:00+00:00');

-- The ledger: append-only, one hash chain per node, through all its epochs.
create table ledger (
    -- Who wrote the row.
    node_id blob not null,
    -- In which of its lives.
    epoch integer not null,
    -- Counts from 1 in every epoch, without gaps.
    sequence integer not null,
    -- When it happened.
    at text not null,
    -- What happened: token_issued, sign_in_refused, admin_change and so on.
    kind text not null,
    -- The organisation, where there is one. No reference: the row outlives what it tells of.
    organisation_id blob,
    -- What a person reads to the help desk.
    reference text,
    -- The user, by id alone.
    user_id blob,
    -- The application.
    application_id blob,
    -- Everything else that names nobody, JSON, as it was hashed.
    detail text not null,
    -- SHA-256 over salt and personal; null when the row never had personal fields.
    commitment blob,
    -- The hash of the row before; of the epoch before, for the first; zeros for the very first.
    previous blob not null,
    -- SHA-256 over all columns above and nothing below.
    hash blob not null,
    -- Fields that name a person, JSON, beside the chain; null once erased (S79).
    personal text,
    -- Random, so that an erased field cannot be guessed from its commitment; erased with it.
    salt blob,
    primary key (node_id, epoch, sequence)
) strict, without rowid;

create index ledger_at on ledger (at);
create index ledger_tokens_of_user on ledger (user_id) where kind = 'token_issued';

-- Keys that sign checkpoints.
create table checkpoint_keys (
    -- SHA-256 of the public half.
    id blob not null primary key,
    -- The private half, PKCS#8, sealed for this table, column and row. The public half is read from it, so
    -- that whoever can write here but lacks the key file cannot slip in a key of his own.
    private_key blob not null,
    -- When it was made.
    created_at text not null
) strict;

-- Signed statements of where every chain stood (S78).
create table checkpoints (
    -- Sorts by time.
    id blob not null primary key,
    -- When it was made.
    made_at text not null,
    -- The key that signed it.
    key_id blob not null references checkpoint_keys (id),
    -- The statement as it was signed, JSON.
    body text not null,
    -- Ed25519 over the body.
    signature blob not null
) strict;

-- Counts committed administrative changes, so that a running server notices those of other processes.
create table revision (
    -- One row only.
    id integer not null primary key check (id = 1),
    -- The count.
    value integer not null
) strict;

insert into revision (id, value) values (1, 0);

-- What is true of this installation for ever.
create table installation (
    -- key_check: a known text sealed with the key file. demo: it was made by the demo (S83).
    name text not null primary key,
    -- What belongs to the mark.
    value blob not null,
    -- When it was made.
    made_at text not null
) strict;
