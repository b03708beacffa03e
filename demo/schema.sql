-- The parts of a Supabase database that matter to who watches it: its roles, auth.users with row-level security on and
-- no policy, and the product's own public.profiles. Run as the cluster's superuser, which on Supabase is supabase_admin;
-- running it again changes nothing. {password} is that of the role `postgres`, as a literal.

do $$
begin
    if not exists (select from pg_roles where rolname = 'postgres') then
        -- What a Supabase project is given: no superuser, but above row-level security
        create role postgres login createrole createdb bypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'supabase_auth_admin') then
        create role supabase_auth_admin nologin noinherit;
        create role anon nologin noinherit;
        create role authenticated nologin noinherit;
        create role service_role nologin noinherit bypassrls;
    end if;
end
$$;
alter role postgres password {password};
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;
grant create on database postgres to postgres;
grant all on schema public to postgres;

create schema if not exists auth authorization supabase_auth_admin;
create table if not exists auth.users (
    id uuid primary key default gen_random_uuid(),
    email varchar(255) unique,
    phone text,
    raw_app_meta_data jsonb,
    raw_user_meta_data jsonb,
    invited_at timestamptz,
    email_confirmed_at timestamptz,
    last_sign_in_at timestamptz,
    banned_until timestamptz,
    deleted_at timestamptz,
    is_sso_user boolean not null default false,
    is_anonymous boolean not null default false,
    created_at timestamptz,
    updated_at timestamptz
);
alter table auth.users owner to supabase_auth_admin;
alter table auth.users enable row level security;
grant usage on schema auth to postgres;
grant select on auth.users to postgres with grant option;

-- Stands for Supabase Auth's sign-up: the only way in for the product.
create or replace function auth.sign_up(email text) returns uuid
language sql
security definer
set search_path = ''
as $$
    insert into auth.users (email, created_at, updated_at, email_confirmed_at, last_sign_in_at)
    values (email, now(), now(), now(), now())
    on conflict (email) do update set last_sign_in_at = now()
    returning id
$$;
alter function auth.sign_up(text) owner to supabase_auth_admin;
revoke all on function auth.sign_up(text) from public;
grant execute on function auth.sign_up(text) to postgres;

create table if not exists public.profiles (
    id uuid primary key references auth.users (id) on delete cascade,
    display_name text,
    created_at timestamptz not null default now()
);
alter table public.profiles owner to postgres;
alter table public.profiles enable row level security;

-- Every new account gets its profile, as the product's own trigger would do.
create or replace function auth.make_profile() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    insert into public.profiles (id, display_name, created_at) values (new.id, split_part(new.email, '@', 1), new.created_at);
    return new;
end
$$;
create or replace trigger make_profile after insert on auth.users for each row execute function auth.make_profile();

-- Past sign-ups: five weeks of them, or what is missing since the last one. Five an hour on a working day, half as many
-- at the weekend, and more by day than by night. What a moment adds depends on that moment alone, not on chance, so two
-- days of the same name have the same number.
insert into auth.users (email, created_at, updated_at, email_confirmed_at, last_sign_in_at)
select format('past%s@example.com', (extract(epoch from moment) / 60)::bigint), moment, moment, moment, moment
from generate_series(
    date_trunc('minute', now()) - interval '36 days', date_trunc('minute', now()), interval '1 minute'
) as moment
cross join lateral (
    select
        extract(isodow from moment at time zone 'UTC') as weekday,
        extract(hour from moment at time zone 'UTC') as hour,
        (extract(epoch from moment) / 60)::bigint % 10080 as minute_of_week
) as place
where
    moment > coalesce((select max(created_at) from auth.users), '-infinity')
    and hashint8(minute_of_week) & 1023
        < 85 * (case when weekday > 5 then 0.5 else 1 end) * (case when hour between 6 and 21 then 1.3 else 0.4 end)
on conflict (email) do nothing;
