-- Second factors: authenticator apps, and codes for the day on which the app is lost.

create table totp_factors (
    user_id uuid not null primary key references users (id) on delete cascade,
    secret bytea not null,
    accepted_step bigint not null,
    made_at timestamptz not null,
    confirmed_at timestamptz
);

comment on table totp_factors is 'Authenticator apps (RFC 6238); a user has one at most.';
comment on column totp_factors.user_id is 'Whose it is.';
comment on column totp_factors.secret is 'The shared secret, sealed for this row.';
comment on column totp_factors.accepted_step is
    'The latest time step of which a code was accepted: none of it or of one before is accepted again (S28).';
comment on column totp_factors.made_at is 'When the secret was made.';
comment on column totp_factors.confirmed_at is
    'When a code of it proved that the app has it; null: nobody is asked for one yet.';

create table recovery_codes (
    user_id uuid not null references users (id) on delete cascade,
    hash bytea not null,
    made_at timestamptz not null,
    primary key (user_id, hash)
);

comment on table recovery_codes is 'Recovery codes that were not used yet.';
comment on column recovery_codes.user_id is 'Whose it is.';
comment on column recovery_codes.hash is 'SHA-256 of the user''s id and the code.';
comment on column recovery_codes.made_at is 'When it was made.';

alter table applications add column second_factor boolean not null default false;

comment on column applications.second_factor is 'True when the application demands a second factor of everybody.';
