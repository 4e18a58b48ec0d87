-- For logs with many simulations: nothing is counted or sorted when it is asked for.
-- simulations: how many there are.
alter table log_state add column simulations bigint not null default 0;
update log_state set simulations = (select count(*) from simulation);

-- Names in the order of their bytes, whatever the order of the database is: pages go on behind a name.
create index simulation_order on simulation (name ${byte_order});
create index simulation_creator on simulation (creator);
