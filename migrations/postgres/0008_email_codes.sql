-- Codes sent by mail, as a second factor.

create table email_codes (
    user_id uuid not null primary key references users (id) on delete cascade,
    code bytea,
    sent_at timestamptz not null,
    window_began_at timestamptz not null,
    sent_in_window bigint not null
);

comment on table email_codes is 'The code that was last sent to a user, and how many were sent lately.';
comment on column email_codes.user_id is 'Whose it is.';
comment on column email_codes.code is
    'SHA-256 of the user''s id and the code, sealed for this row, because so few digits are soon guessed from a bare hash; null: the code was used.';
comment on column email_codes.sent_at is 'When it was sent.';
comment on column email_codes.window_began_at is 'When the span began within which letters are counted.';
comment on column email_codes.sent_in_window is 'How many were sent within it.';
