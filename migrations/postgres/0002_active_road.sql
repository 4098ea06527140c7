-- The active road: which domains answer programs that give a name and a password and show no page.
--
-- A domain of before has it switched off, as a new one has.

alter table domains
    add column active_road text not null default 'off'
        check (active_road in ('off', 'windows', 'password-clients')),
    add column active_networks jsonb not null default '[]';

comment on column domains.active_road is 'off, windows or password-clients.';
comment on column domains.active_networks is
    'For password-clients, the names of the networks that are answered: a JSON list; empty: all.';

create unique index domains_of_organisation on domains (organisation_id, name);

create table active_road_roles (
    organisation_id uuid not null,
    domain text not null,
    role_id uuid not null,
    primary key (domain, role_id),
    foreign key (organisation_id, domain) references domains (organisation_id, name) on delete cascade,
    -- A role that is named here stays: without it the domain would answer everybody, or nobody.
    foreign key (organisation_id, role_id) references roles (organisation_id, id)
);

comment on table active_road_roles is
    'For password-clients, the roles whose members are answered; without any: everybody.';
comment on column active_road_roles.organisation_id is 'The organisation of both.';
comment on column active_road_roles.domain is 'The domain.';
comment on column active_road_roles.role_id is 'The role.';
