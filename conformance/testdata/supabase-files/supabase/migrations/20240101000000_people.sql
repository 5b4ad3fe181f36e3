create table mg_people (id bigint primary key, name text);
create table mg_pets (id bigint primary key);
create function mg_one() returns int language plpgsql as $$
begin
  return 1; -- not; the end
end
$$;
