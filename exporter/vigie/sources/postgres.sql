-- What Vigie needs in a PostgreSQL (15 or later) or Supabase database: a role that can count and nothing else.
--
-- Run it once, as the role that owns the users table or bypasses row-level security: on Supabase in the SQL editor
-- (which is `postgres`), elsewhere `psql "$ADMIN_URL" -f postgres.sql` as a superuser. Running it again changes nothing.
-- Then give the role its password, which is why none stands here:
--
--     alter role vigie password 'a long random one';        -- or \password vigie in psql
--
-- Users somewhere else than in auth.users? Change that name in vigie.signups() at the end of this file.

-- The role. Its settings hold even for a client that forgets to make them.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'vigie') then
        create role vigie login connection limit 10;
    end if;
end
$$;
alter role vigie set default_transaction_read_only = on;
alter role vigie set statement_timeout = '30s';
alter role vigie set idle_in_transaction_session_timeout = '30s';

-- Private: not in a search path, not exposed by an API, closed to every other role.
create schema if not exists vigie;
revoke all on schema vigie from public;
grant usage on schema vigie to vigie;

-- Connections without what they say: no query text, no user, no address. The owner of these functions may see the state
-- of all connections (as `postgres` does on Supabase, and a superuser), so vigie need not be granted the right to.
create or replace function vigie.activity()
returns table (pid integer, datid oid, state text, backend_type text, xact_start timestamptz)
language sql
stable
security definer
set search_path = ''
as $$
    select pid, datid, state, backend_type, xact_start from pg_stat_activity
$$;

create or replace function vigie.replication()
returns table (application_name text, client_addr inet, state text, replay_lsn pg_lsn, replay_lag interval)
language sql
stable
security definer
set search_path = ''
as $$
    select application_name, client_addr, state, replay_lsn, replay_lag from pg_stat_replication
$$;

-- Count the sign-ups of the 24 hours up to `moment`, and of the same 24 hours one to four weeks before.
--
-- `baseline` is their mean over the `weeks` that lie wholly after the first sign-up; with none it is null. A week is 168
-- hours and a day 24, whatever the time zone and its clock changes. Deleted and anonymous users do not count, where the
-- table tells them apart. One pass over the users of the last 29 days. With row_security off, rows that a policy would
-- hide make an error, not a wrong 0. No role is granted this one: who chooses the moment could single a user out.
create or replace function vigie.signups_at(users regclass, moment timestamptz)
returns table (signups bigint, baseline double precision, weeks integer)
language plpgsql
stable
set search_path = ''
set row_security = off
as $$
declare
    counts text := 'true';
begin
    if users is null then
        return;
    end if;
    select concat_ws(' and ', counts, string_agg(condition, ' and '))
    into counts
    from pg_attribute
    join (
        values ('deleted_at', 'deleted_at is null'), ('is_anonymous', 'is_anonymous is not true')
    ) as known (name, condition) on attname = known.name
    where attrelid = users and not attisdropped;

    return query execute format($query$
        with recent as (
            select extract(epoch from $1 - created_at) / 3600 as age, %1$s as counts
            from %2$s
            where created_at > $1 - interval '696 hours' and created_at <= $1
        ),
        totals as (
            select
                case
                    when exists (select from %2$s where created_at <= $1 - interval '696 hours') then 4
                    else greatest(floor((max(age) - 24) / 168), 0)::integer
                end as weeks
            from recent
        )
        select
            count(*) filter (where age < 24),
            count(*) filter (where age >= 168 and age < 168 * (totals.weeks + 1))::double precision
                / nullif(totals.weeks, 0),
            totals.weeks
        from totals
        left join recent on counts and mod(age, 168) < 24
        group by totals.weeks
        $query$, counts, users)
    using moment;
end
$$;

-- What Vigie calls: numbers leave, rows and e-mail addresses do not.
create or replace function vigie.signups()
returns table (signups bigint, baseline double precision, weeks integer)
language sql
stable
security definer
set search_path = ''
as $$
    select * from vigie.signups_at(to_regclass('auth.users'), now())
$$;

revoke all on all functions in schema vigie from public;
grant execute on function vigie.activity(), vigie.replication(), vigie.signups() to vigie;
