-- The foundation: identity, applications, keys, sessions and the ledger, for any number of organisations.
--
-- The same tables and columns as for SQLite, with types of their own for identifiers, instants and JSON.
-- Every table of an organisation carries its id, and references between them carry it too, so that a row of one
-- organisation cannot point at a row of another.

create table organisations (
    id uuid not null primary key,
    name text not null,
    host text unique,
    accent text not null,
    demo boolean not null,
    created_at timestamptz not null
);

comment on table organisations is 'Client firms.';
comment on column organisations.id is 'Stable for life.';
comment on column organisations.name is 'The name shown on its pages.';
comment on column organisations.host is 'The host its pages answer at; null in a single-organisation install.';
comment on column organisations.accent is 'The colour of its buttons and links, #rrggbb.';
comment on column organisations.demo is 'True when its data and keys are a demo''s, for ever (S83).';
comment on column organisations.created_at is 'When it was made.';

create table domains (
    name text not null primary key,
    organisation_id uuid not null references organisations (id),
    issuer text not null,
    proven boolean not null
);

comment on table domains is 'UPN suffixes; a domain belongs to one organisation of the deployment.';
comment on column domains.name is 'The suffix, lower-case ASCII.';
comment on column domains.organisation_id is 'The organisation it belongs to.';
comment on column domains.issuer is 'The issuer URI that Entra holds for it, byte for byte.';
comment on column domains.proven is 'True once ownership is proven, or was declared so by an operator (S71).';

create index domains_organisation on domains (organisation_id);

create table users (
    id uuid not null primary key,
    organisation_id uuid not null references organisations (id),
    upn text not null,
    immutable_id text,
    active boolean not null,
    attributes jsonb not null,
    created_at timestamptz not null,
    unique (organisation_id, id)
);

comment on table users is 'People and service accounts.';
comment on column users.id is 'Stable for life.';
comment on column users.organisation_id is 'The organisation the user belongs to.';
comment on column users.upn is 'The sign-in name as Entra has it; unique without letter case.';
comment on column users.immutable_id is 'The anchor, case-sensitive; null: no token for this user (TOK-05).';
comment on column users.active is 'True when the user may sign in at all.';
comment on column users.attributes is 'Standard and custom attributes: a JSON map from name to a list of values.';
comment on column users.created_at is 'When the user was made.';

create unique index users_upn on users (organisation_id, lower(upn));
create unique index users_immutable_id on users (organisation_id, immutable_id);

create table credentials (
    user_id uuid not null primary key references users (id) on delete cascade,
    password_hash text not null,
    changed_at timestamptz not null
);

comment on table credentials is 'What users prove themselves with.';
comment on column credentials.user_id is 'Whose it is.';
comment on column credentials.password_hash is 'Argon2id, PHC string.';
comment on column credentials.changed_at is 'When the password was set.';

create table roles (
    id uuid not null primary key,
    organisation_id uuid not null references organisations (id),
    name text not null,
    unique (organisation_id, id)
);

comment on table roles is 'Who may use what: users are members of roles.';
comment on column roles.id is 'Stable for life.';
comment on column roles.organisation_id is 'The organisation it belongs to.';
comment on column roles.name is 'Unique in the organisation without letter case.';

create unique index roles_name on roles (organisation_id, lower(name));

create table role_members (
    organisation_id uuid not null,
    role_id uuid not null,
    user_id uuid not null,
    primary key (role_id, user_id),
    foreign key (organisation_id, role_id) references roles (organisation_id, id) on delete cascade,
    foreign key (organisation_id, user_id) references users (organisation_id, id) on delete cascade
);

comment on table role_members is 'Members of roles.';
comment on column role_members.organisation_id is 'The organisation of both.';
comment on column role_members.role_id is 'The role.';
comment on column role_members.user_id is 'The member.';

create index role_members_user on role_members (user_id);

create table applications (
    id uuid not null primary key,
    organisation_id uuid not null references organisations (id),
    kind text not null,
    name text not null,
    realm text not null,
    reply_addresses jsonb not null,
    token_lifetime bigint not null,
    issuer text,
    token_script text,
    enabled boolean not null,
    unique (organisation_id, id),
    unique (organisation_id, realm)
);

comment on table applications is 'Relying parties.';
comment on column applications.id is 'Stable for life.';
comment on column applications.organisation_id is 'The organisation it belongs to.';
comment on column applications.kind is 'microsoft-365 or ws-federation.';
comment on column applications.name is 'The name people see.';
comment on column applications.realm is 'Its realm and the audience of its tokens, byte for byte.';
comment on column applications.reply_addresses is 'Where answers may be posted: a JSON list, the first is the default.';
comment on column applications.token_lifetime is 'How long its tokens are valid, in seconds.';
comment on column applications.issuer is 'The issuer of its tokens; null: that of a domain.';
comment on column applications.token_script is 'The token script, JavaScript; null: the default script.';
comment on column applications.enabled is 'True when it gets tokens at all.';

create table grants (
    organisation_id uuid not null,
    application_id uuid not null,
    role_id uuid not null,
    primary key (application_id, role_id),
    foreign key (organisation_id, application_id) references applications (organisation_id, id) on delete cascade,
    foreign key (organisation_id, role_id) references roles (organisation_id, id) on delete cascade
);

comment on table grants is 'Which roles may use which applications.';
comment on column grants.organisation_id is 'The organisation of both.';
comment on column grants.application_id is 'The application.';
comment on column grants.role_id is 'The role whose members may use it.';

create table signing_keys (
    id uuid not null primary key,
    organisation_id uuid not null references organisations (id),
    state text not null check (state in ('next', 'active', 'retired')),
    bits bigint not null,
    certificate bytea not null,
    private_key bytea not null,
    expires_at timestamptz not null,
    demo boolean not null,
    created_at timestamptz not null
);

comment on table signing_keys is 'Token signing keys, per organisation (S72).';
comment on column signing_keys.id is 'Stable for life.';
comment on column signing_keys.organisation_id is 'The organisation whose tokens it signs.';
comment on column signing_keys.state is 'next, active or retired.';
comment on column signing_keys.bits is 'RSA modulus length.';
comment on column signing_keys.certificate is 'The self-signed certificate, DER.';
comment on column signing_keys.private_key is 'The private half, PKCS#8, sealed for this table, column and row.';
comment on column signing_keys.expires_at is 'Last instant the certificate is valid.';
comment on column signing_keys.demo is 'True when it is a demo''s key, for ever (S83).';
comment on column signing_keys.created_at is 'When it was made.';

create unique index signing_keys_active on signing_keys (organisation_id) where state = 'active';

create table sessions (
    hash bytea not null primary key,
    id uuid not null unique,
    organisation_id uuid not null,
    user_id uuid not null,
    evidence text not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    persistent boolean not null,
    relying_parties jsonb not null,
    foreign key (organisation_id, user_id) references users (organisation_id, id) on delete cascade
);

comment on table sessions is 'Live sessions. Reads come from memory; a row is read once, by hash, after a restart.';
comment on column sessions.hash is 'SHA-256 of the secret in the cookie; the secret itself is kept nowhere.';
comment on column sessions.id is 'The session''s public name.';
comment on column sessions.organisation_id is 'The organisation.';
comment on column sessions.user_id is 'Who signed in.';
comment on column sessions.evidence is 'How and when, JSON.';
comment on column sessions.created_at is 'When it began.';
comment on column sessions.last_seen_at is 'When it was last used, give or take the rate at which that is written.';
comment on column sessions.expires_at is 'When it ends whatever happens.';
comment on column sessions.persistent is 'True when its cookie outlives the browser ("keep me signed in").';
comment on column sessions.relying_parties is 'Applications that got a token in it: a JSON list of ids, for sign-out.';

create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table nodes (
    id uuid not null primary key,
    name text not null unique,
    epoch bigint not null,
    started_at timestamptz not null
);

comment on table nodes is 'Writers of the ledger: one per running server, and the administration, which any process writes for.';
comment on column nodes.id is 'Stable for life.';
comment on column nodes.name is 'The name in settings and reports.';
comment on column nodes.epoch is 'The epoch it writes in: the Unix second its last start, or more when that is taken (S78).';
comment on column nodes.started_at is 'When that epoch began.';

insert into nodes (id, name, epoch, started_at)
values ('00000000-0000-0000-0000-000000000001', 'administration', 1, '1970-01-01T00:00:00+00:00');

create table ledger (
    node_id uuid not null,
    epoch bigint not null,
    sequence bigint not null,
    at timestamptz not null,
    kind text not null,
    organisation_id uuid,
    reference text,
    user_id uuid,
    application_id uuid,
    detail text not null,
    commitment bytea,
    previous bytea not null,
    hash bytea not null,
    personal text,
    salt bytea,
    primary key (node_id, epoch, sequence)
);

comment on table ledger is 'The ledger: append-only, one hash chain per node, through all its epochs.';
comment on column ledger.node_id is 'Who wrote the row.';
comment on column ledger.epoch is 'In which of its lives.';
comment on column ledger.sequence is 'Counts from 1 in every epoch, without gaps.';
comment on column ledger.at is 'When it happened.';
comment on column ledger.kind is 'What happened: token_issued, sign_in_refused, admin_change and so on.';
comment on column ledger.organisation_id is 'The organisation, where there is one. No reference: the row outlives what it tells of.';
comment on column ledger.reference is 'What a person reads to the help desk.';
comment on column ledger.user_id is 'The user, by id alone.';
comment on column ledger.application_id is 'The application.';
comment on column ledger.detail is 'Everything else that names nobody, JSON, as it was hashed.';
comment on column ledger.commitment is 'SHA-256 over salt and personal; null when the row never had personal fields.';
comment on column ledger.previous is 'The hash of the row before; of the epoch before, for the first; zeros for the very first.';
comment on column ledger.hash is 'SHA-256 over all columns above and nothing below.';
comment on column ledger.personal is 'Fields that name a person, JSON, beside the chain; null once erased (S79).';
comment on column ledger.salt is 'Random, so that an erased field cannot be guessed from its commitment; erased with it.';

create index ledger_at on ledger (at);
create index ledger_tokens_of_user on ledger (user_id) where kind = 'token_issued';

create table checkpoint_keys (
    id bytea not null primary key,
    private_key bytea not null,
    created_at timestamptz not null
);

comment on table checkpoint_keys is 'Keys that sign checkpoints.';
comment on column checkpoint_keys.id is 'SHA-256 of the public half.';
comment on column checkpoint_keys.private_key is 'The private half, PKCS#8, sealed for this table, column and row. The public half is read from it, so that whoever can write here but lacks the key file cannot slip in a key of his own.';
comment on column checkpoint_keys.created_at is 'When it was made.';

create table checkpoints (
    id uuid not null primary key,
    made_at timestamptz not null,
    key_id bytea not null references checkpoint_keys (id),
    body text not null,
    signature bytea not null
);

comment on table checkpoints is 'Signed statements of where every chain stood (S78).';
comment on column checkpoints.id is 'Sorts by time.';
comment on column checkpoints.made_at is 'When it was made.';
comment on column checkpoints.key_id is 'The key that signed it.';
comment on column checkpoints.body is 'The statement as it was signed, JSON.';
comment on column checkpoints.signature is 'Ed25519 over the body.';

create table revision (
    id bigint not null primary key check (id = 1),
    value bigint not null
);

comment on table revision is 'Counts committed administrative changes, so that a running server notices those of other processes.';
comment on column revision.id is 'One row only.';
comment on column revision.value is 'The count.';

insert into revision (id, value) values (1, 0);

create table installation (
    name text not null primary key,
    value bytea not null,
    made_at timestamptz not null
);

comment on table installation is 'What is true of this installation for ever.';
comment on column installation.name is 'key_check: a known text sealed with the key file. demo: it was made by the demo (S83).';
comment on column installation.value is 'What belongs to the mark.';
comment on column installation.made_at is 'When it was made.';
