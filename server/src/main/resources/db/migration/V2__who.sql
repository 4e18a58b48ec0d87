-- Who made a simulation: the subject of the token; null before there were tokens, and on a server without login. Units
-- of a batch's payload have the same as "actor" from this version on; an older server would not know that field.
alter table simulation add column creator varchar(128);
