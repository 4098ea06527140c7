-- Second factors: authenticator apps, and codes for the day on which the app is lost.

-- Authenticator apps (RFC 6238); a user has one at most.
create table totp_factors (
    -- Whose it is.
    user_id blob not null primary key references users (id) on delete cascade,
    -- The shared secret, sealed for this row.
    secret blob not null,
    -- The latest time step of which a code was accepted: none of it or of one before is accepted again (S28).
    accepted_step integer not null,
    -- When the secret was made.
    made_at text not null,
    -- When a code of it proved that the app has it; null: nobody is asked for one yet.
    confirmed_at text
) strict;

-- Recovery codes that were not used yet.
create table recovery_codes (
    -- Whose it is.
    user_id blob not null references users (id) on delete cascade,
    -- SHA-256 of the user's id and the code.
    hash blob not null,
    -- When it was made.
    made_at text not null,
    primary key (user_id, hash)
) strict;

-- 1 when the application demands a second factor of everybody.
alter table applications add column second_factor integer not null default 0 check (second_factor in (0, 1));
