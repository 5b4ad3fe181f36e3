-- pg-delta: transaction=false
vacuum ferns;
select 1;
