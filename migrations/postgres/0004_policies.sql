-- Policies: who may sign in, from where, when and with what, as each organisation's admins wrote it.

create table policies (
    organisation_id uuid not null references organisations (id) on delete cascade,
    version bigint not null check (version > 0),
    document text not null,
    note text,
    saved_by text not null,
    saved_at timestamptz not null,
    primary key (organisation_id, version)
);

comment on table policies is 'Every version that was ever in force; the latest one is.';
comment on column policies.organisation_id is 'Whose it is.';
comment on column policies.version is 'Counted from one, without a gap.';
comment on column policies.document is 'The document, TOML, as it was written.';
comment on column policies.note is 'What the change was for; null: nobody said.';
comment on column policies.saved_by is 'Who saved it: a sign-in name, or who worked on the host.';
comment on column policies.saved_at is 'When.';
