-- Passkeys and security keys (WebAuthn Level 3), and the domain that they are bound to.

-- The domain that passkeys of the organisation are bound to (the relying party's ID), chosen once, because none of them
-- works under another; null: the organisation is from before there were passkeys, and none can be made yet.
alter table organisations add column passkey_domain text;

-- Passkeys; a user may have several.
create table passkeys (
    -- The credential's id, as its authenticator chose it.
    credential_id blob not null primary key,
    -- Whose it is: the user handle.
    user_id blob not null references users (id) on delete cascade,
    -- What its owner calls it.
    name text not null,
    -- The public key and what else verifies an answer: JSON, as the library writes it.
    public_key text not null,
    -- The highest signature counter seen; 0 for authenticators that do not count.
    sign_count integer not null,
    -- 1 when the authenticator may copy it to other devices of its owner.
    backup_eligible integer not null check (backup_eligible in (0, 1)),
    -- 1 when it was copied at its latest use.
    backed_up integer not null check (backed_up in (0, 1)),
    -- When it was enrolled.
    made_at text not null,
    -- When it last signed somebody in; null: never.
    last_used_at text
) strict;

create index passkeys_user on passkeys (user_id);

-- Challenges that were answered: none is answered twice, on whatever node and after whatever restart (S35).
create table spent_challenges (
    -- SHA-256 of the challenge and its ceremony.
    hash blob not null primary key,
    -- When nobody accepts an answer to it any more, and the row may go.
    expires_at text not null
) strict, without rowid;

create index spent_challenges_expiry on spent_challenges (expires_at);
