-- Passkeys and security keys (WebAuthn Level 3), and the domain that they are bound to.

alter table organisations add column passkey_domain text;

comment on column organisations.passkey_domain is
    'The domain that passkeys of the organisation are bound to (the relying party''s ID), chosen once, because none of '
    'them works under another; null: the organisation is from before there were passkeys, and none can be made yet.';

create table passkeys (
    credential_id bytea not null primary key,
    user_id uuid not null references users (id) on delete cascade,
    name text not null,
    public_key text not null,
    sign_count bigint not null,
    backup_eligible boolean not null,
    backed_up boolean not null,
    made_at timestamptz not null,
    last_used_at timestamptz
);

create index passkeys_user on passkeys (user_id);

comment on table passkeys is 'Passkeys; a user may have several.';
comment on column passkeys.credential_id is 'The credential''s id, as its authenticator chose it.';
comment on column passkeys.user_id is 'Whose it is: the user handle.';
comment on column passkeys.name is 'What its owner calls it.';
comment on column passkeys.public_key is
    'The public key and what else verifies an answer: JSON, as the library writes it.';
comment on column passkeys.sign_count is
    'The highest signature counter seen; 0 for authenticators that do not count.';
comment on column passkeys.backup_eligible is
    'True when the authenticator may copy it to other devices of its owner.';
comment on column passkeys.backed_up is 'True when it was copied at its latest use.';
comment on column passkeys.made_at is 'When it was enrolled.';
comment on column passkeys.last_used_at is 'When it last signed somebody in; null: never.';

create table spent_challenges (
    hash bytea not null primary key,
    expires_at timestamptz not null
);

create index spent_challenges_expiry on spent_challenges (expires_at);

comment on table spent_challenges is
    'Challenges that were answered: none is answered twice, on whatever node and after whatever restart (S35).';
comment on column spent_challenges.hash is 'SHA-256 of the challenge and its ceremony.';
comment on column spent_challenges.expires_at is
    'When nobody accepts an answer to it any more, and the row may go.';
