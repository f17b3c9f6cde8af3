-- The roles of the parts, for psql: the owner of the database runs it, before and after any migration; it may run again.
--   WEB_PASSWORD=… WORKER_PASSWORD=… RELAY_PASSWORD=… SCHEDULER_PASSWORD=… psql -v ON_ERROR_STOP=1 -f postgresql-roles.sql
-- The parts read and write rows and draw numbers. Tables are made and changed by `repository migrate` alone, which signs in
-- as the owner.
SET client_min_messages = warning;
\if :{?prefix}
\else
    \set prefix repository
\endif
\set runtime :prefix _runtime
\set web :prefix _web
\set worker :prefix _worker
\set relay :prefix _relay
\set scheduler :prefix _scheduler
\getenv web_password WEB_PASSWORD
\getenv worker_password WORKER_PASSWORD
\getenv relay_password RELAY_PASSWORD
\getenv scheduler_password SCHEDULER_PASSWORD

SELECT format('CREATE ROLE %I', name)
    FROM unnest(ARRAY[:'runtime', :'web', :'worker', :'relay', :'scheduler']) AS name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE :"web" LOGIN PASSWORD :'web_password';
ALTER ROLE :"worker" LOGIN PASSWORD :'worker_password';
ALTER ROLE :"relay" LOGIN PASSWORD :'relay_password';
ALTER ROLE :"scheduler" LOGIN PASSWORD :'scheduler_password';
GRANT :"runtime" TO :"web", :"worker", :"relay", :"scheduler";

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SELECT format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database())
\gexec
GRANT USAGE ON SCHEMA public TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"runtime";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"runtime";
-- What the owner makes from now on.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"runtime";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"runtime";
-- The audit trail: what was told and sealed is not changed. The relay notes what it has passed on, and the web forgets old
-- saves of drafts. A new database has the tables after `repository migrate` only: run this once more then.
SELECT format('REVOKE UPDATE, DELETE ON %I FROM %I', name, :'runtime')
    FROM unnest(ARRAY['fact', 'audit_seal']) AS name
    WHERE to_regclass(name) IS NOT NULL
\gexec
SELECT format('GRANT UPDATE (relayed_at, unknown_since) ON fact TO %I', :'runtime') WHERE to_regclass('fact') IS NOT NULL
\gexec
SELECT format('GRANT DELETE ON fact TO %I', :'web') WHERE to_regclass('fact') IS NOT NULL
\gexec
