-- The active road: which domains answer programs that give a name and a password and show no page.
--
-- A domain of before has it switched off, as a new one has.

-- off, windows or password-clients.
alter table domains add column active_road text not null default 'off'
    check (active_road in ('off', 'windows', 'password-clients'));

-- For password-clients, the names of the networks that are answered: a JSON list; empty: all.
alter table domains add column active_networks text not null default '[]';

create unique index domains_of_organisation on domains (organisation_id, name);

-- For password-clients, the roles whose members are answered; without any: everybody.
create table active_road_roles (
    -- The organisation of both.
    organisation_id blob not null,
    -- The domain.
    domain text not null,
    -- The role.
    role_id blob not null,
    primary key (domain, role_id),
    foreign key (organisation_id, domain) references domains (organisation_id, name) on delete cascade,
    -- A role that is named here stays: without it the domain would answer everybody, or nobody.
    foreign key (organisation_id, role_id) references roles (organisation_id, id)
) strict;
