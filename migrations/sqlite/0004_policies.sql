-- Policies: who may sign in, from where, when and with what, as each organisation's admins wrote it.

-- Every version that was ever in force; the latest one is.
create table policies (
    -- Whose it is.
    organisation_id blob not null references organisations (id) on delete cascade,
    -- Counted from one, without a gap.
    version integer not null check (version > 0),
    -- The document, TOML, as it was written.
    document text not null,
    -- What the change was for; null: nobody said.
    note text,
    -- Who saved it: a sign-in name, or who worked on the host.
    saved_by text not null,
    -- When.
    saved_at text not null,
    primary key (organisation_id, version)
) strict;
