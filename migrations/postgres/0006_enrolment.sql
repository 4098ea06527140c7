-- The portal and enrolment: a person's own history, since when a factor is demanded of somebody, and the way back for
-- whoever lost one.

drop index ledger_tokens_of_user;
create index ledger_of_user on ledger (user_id, at) where user_id is not null;

create table enrolment_demands (
    user_id uuid not null primary key references users (id) on delete cascade,
    demanded_at timestamptz not null
);

comment on table enrolment_demands is
    'People of whom a second factor was demanded that they do not have: their grace counts from then.';
comment on column enrolment_demands.user_id is 'Of whom.';
comment on column enrolment_demands.demanded_at is 'When it was demanded first.';

create table access_codes (
    user_id uuid not null primary key references users (id) on delete cascade,
    hash bytea not null,
    made_at timestamptz not null,
    expires_at timestamptz not null
);

comment on table access_codes is
    'Temporary access codes for people who lost their factors (S86); a user has one at most, and a used one is gone.';
comment on column access_codes.user_id is 'Whose it is.';
comment on column access_codes.hash is 'SHA-256 of the user''s id and the code.';
comment on column access_codes.made_at is 'When it was made.';
comment on column access_codes.expires_at is 'When it is void; an hour after it was made at the latest.';

create table caller_checks (
    user_id uuid not null primary key references users (id) on delete cascade,
    question text not null,
    answer text not null,
    made_at timestamptz not null,
    verified_at timestamptz,
    failures bigint not null
);

comment on table caller_checks is
    'Callers who say that they are somebody: a number shown to both ends of the line, before a factor is reset.';
comment on column caller_checks.user_id is 'Who the caller says to be.';
comment on column caller_checks.question is
    'What the help desk says: the user sees it too, and knows the help desk by it.';
comment on column caller_checks.answer is 'What the user answers: only the user sees it.';
comment on column caller_checks.made_at is 'When it was made.';
comment on column caller_checks.verified_at is 'When the right answer was given; null: not yet.';
comment on column caller_checks.failures is 'Wrong answers so far.';
