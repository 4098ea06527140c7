-- Passwords that have to be changed, former passwords, and the places from which people sign in.

-- 1 when the next sign-in asks for a new password.
alter table credentials add column must_change integer not null default 0 check (must_change in (0, 1));

-- Former passwords, which a new one must not be.
create table password_history (
    -- Whose it was.
    user_id blob not null references users (id) on delete cascade,
    -- Argon2id, PHC string.
    password_hash text not null,
    -- When another took its place.
    replaced_at text not null,
    primary key (user_id, password_hash)
) strict;

-- Browsers that users have signed in with. They go on when strangers have to wait.
create table known_devices (
    -- Who signed in.
    user_id blob not null references users (id) on delete cascade,
    -- SHA-256 of the secret in the browser's cookie; the secret itself is kept nowhere.
    hash blob not null,
    -- Where it was when it was last seen: an IPv4 address, or an IPv6 network of 64 bits.
    network text not null,
    -- What it calls itself, in short.
    label text not null,
    -- When the user first signed in with it.
    first_seen_at text not null,
    -- When the user last signed in with it, give or take a day.
    last_seen_at text not null,
    primary key (user_id, hash)
) strict;

create index known_devices_last_seen on known_devices (last_seen_at);

-- Networks that users have signed in from. They go on when strangers have to wait.
create table familiar_networks (
    -- Who signed in.
    user_id blob not null references users (id) on delete cascade,
    -- An IPv4 address, or an IPv6 network of 64 bits.
    network text not null,
    -- When the user last signed in from there, give or take a day.
    last_seen_at text not null,
    primary key (user_id, network)
) strict;

create index familiar_networks_last_seen on familiar_networks (last_seen_at);

-- The latest unlock of each user by an administrator: failures of before do not count.
create table unlocks (
    -- Whose failures are forgiven.
    user_id blob not null primary key references users (id) on delete cascade,
    -- When.
    unlocked_at text not null
) strict;

-- Failures are counted anew from here after a restart, and by the other nodes.
create index ledger_failures on ledger (at) where kind = 'sign_in_failed';
