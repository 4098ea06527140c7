-- Codes sent by mail, as a second factor.

-- The code that was last sent to a user, and how many were sent lately.
create table email_codes (
    -- Whose it is.
    user_id blob not null primary key references users (id) on delete cascade,
    -- SHA-256 of the user's id and the code, sealed for this row, because so few digits are soon guessed from a bare
    -- hash; null: the code was used.
    code blob,
    -- When it was sent.
    sent_at text not null,
    -- When the span began within which letters are counted.
    window_began_at text not null,
    -- How many were sent within it.
    sent_in_window integer not null
) strict;
