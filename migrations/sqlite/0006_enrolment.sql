-- The portal and enrolment: a person's own history, since when a factor is demanded of somebody, and the way back for
-- whoever lost one.

-- A person's own history, newest first; it also finds whether somebody ever had a token.
drop index ledger_tokens_of_user;
create index ledger_of_user on ledger (user_id, at) where user_id is not null;

-- People of whom a second factor was demanded that they do not have: their grace counts from then.
create table enrolment_demands (
    -- Of whom.
    user_id blob not null primary key references users (id) on delete cascade,
    -- When it was demanded first.
    demanded_at text not null
) strict;

-- Temporary access codes for people who lost their factors (S86); a user has one at most, and a used one is gone.
create table access_codes (
    -- Whose it is.
    user_id blob not null primary key references users (id) on delete cascade,
    -- SHA-256 of the user's id and the code.
    hash blob not null,
    -- When it was made.
    made_at text not null,
    -- When it is void; an hour after it was made at the latest.
    expires_at text not null
) strict;

-- Callers who say that they are somebody: a number shown to both ends of the line, before a factor is reset.
create table caller_checks (
    -- Who the caller says to be.
    user_id blob not null primary key references users (id) on delete cascade,
    -- What the help desk says: the user sees it too, and knows the help desk by it.
    question text not null,
    -- What the user answers: only the user sees it.
    answer text not null,
    -- When it was made.
    made_at text not null,
    -- When the right answer was given; null: not yet.
    verified_at text,
    -- Wrong answers so far.
    failures integer not null
) strict;
