-- Passwords that have to be changed, former passwords, and the places from which people sign in.

alter table credentials add column must_change boolean not null default false;

comment on column credentials.must_change is 'True when the next sign-in asks for a new password.';

create table password_history (
    user_id uuid not null references users (id) on delete cascade,
    password_hash text not null,
    replaced_at timestamptz not null,
    primary key (user_id, password_hash)
);

comment on table password_history is 'Former passwords, which a new one must not be.';
comment on column password_history.user_id is 'Whose it was.';
comment on column password_history.password_hash is 'Argon2id, PHC string.';
comment on column password_history.replaced_at is 'When another took its place.';

create table known_devices (
    user_id uuid not null references users (id) on delete cascade,
    hash bytea not null,
    network text not null,
    label text not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    primary key (user_id, hash)
);

comment on table known_devices is
    'Browsers that users have signed in with. They go on when strangers have to wait.';
comment on column known_devices.user_id is 'Who signed in.';
comment on column known_devices.hash is
    'SHA-256 of the secret in the browser''s cookie; the secret itself is kept nowhere.';
comment on column known_devices.network is
    'Where it was when it was last seen: an IPv4 address, or an IPv6 network of 64 bits.';
comment on column known_devices.label is 'What it calls itself, in short.';
comment on column known_devices.first_seen_at is 'When the user first signed in with it.';
comment on column known_devices.last_seen_at is 'When the user last signed in with it, give or take a day.';

create index known_devices_last_seen on known_devices (last_seen_at);

create table familiar_networks (
    user_id uuid not null references users (id) on delete cascade,
    network text not null,
    last_seen_at timestamptz not null,
    primary key (user_id, network)
);

comment on table familiar_networks is
    'Networks that users have signed in from. They go on when strangers have to wait.';
comment on column familiar_networks.user_id is 'Who signed in.';
comment on column familiar_networks.network is 'An IPv4 address, or an IPv6 network of 64 bits.';
comment on column familiar_networks.last_seen_at is
    'When the user last signed in from there, give or take a day.';

create index familiar_networks_last_seen on familiar_networks (last_seen_at);

create table unlocks (
    user_id uuid not null primary key references users (id) on delete cascade,
    unlocked_at timestamptz not null
);

comment on table unlocks is
    'The latest unlock of each user by an administrator: failures of before do not count.';
comment on column unlocks.user_id is 'Whose failures are forgiven.';
comment on column unlocks.unlocked_at is 'When.';

-- Failures are counted anew from here after a restart, and by the other nodes.
create index ledger_failures on ledger (at) where kind = 'sign_in_failed';
