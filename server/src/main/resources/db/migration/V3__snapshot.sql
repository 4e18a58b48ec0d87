-- What a simulation was at some positions, so that it need not be made from its first event on. A snapshot can always
-- be made again: whoever loses one loses time and nothing else.
-- checksum: CRC-32C over simulation, position (twice), 0, time (8 bytes each, big-endian) and payload.
create table snapshot (
    simulation bigint not null,
    position   bigint not null,
    time       bigint not null,
    checksum   bigint not null,
    payload    ${binary} not null,
    primary key (simulation, position)
);
