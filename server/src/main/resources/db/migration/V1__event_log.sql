-- The event log. Portable SQL: the same file is to serve SQLite and PostgreSQL.
-- Positions count from 1; times are milliseconds since 1970-01-01T00:00Z.

-- One row. last_id: the last id given to a simulation, never given again. epoch_floor: no simulation that was
-- deleted had a greater epoch; new ones start there, so that a former owner of a namesake cannot append to them.
create table log_state (
    only_row    integer not null primary key check (only_row = 1),
    last_id     bigint  not null,
    epoch_floor bigint  not null
);

insert into log_state (only_row, last_id, epoch_floor) values (1, 0, 0);

-- The head of each history: the fence that every append passes.
create table simulation (
    id      bigint      not null primary key,
    name    varchar(64) not null unique,
    epoch   bigint      not null,
    head    bigint      not null check (head >= 0),
    created bigint      not null
);

-- One row is one batch of events, appended as a whole. payload is JSON:
-- [{"commandId":…,"correlation":…,"causation":…,"events":[{"type":…,"schemaVersion":…,…},…]},…]
-- checksum: CRC-32C over simulation, first, last, epoch, time (8 bytes each, big-endian) and payload.
create table event_batch (
    simulation bigint not null,
    first      bigint not null,
    last       bigint not null check (last >= first),
    epoch      bigint not null,
    time       bigint not null,
    checksum   bigint not null,
    payload    text   not null,
    primary key (simulation, first)
);

-- What each command id (idempotency key) led to, and the SHA-256 of its request's body.
create table command (
    simulation     bigint       not null,
    command_id     varchar(256) not null,
    first          bigint       not null,
    last           bigint       not null,
    request_digest char(64)     not null,
    primary key (simulation, command_id)
);
