-- Creates the ledger's role and database where they are not there: pimnotify sees its own tables and none of Temporal's.
-- Its tables are made by its own migrations. Run by psql with -v password=….
SELECT format('CREATE ROLE pimnotify LOGIN PASSWORD %L', :'password')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pimnotify')
\gexec

SELECT 'CREATE DATABASE pimnotify OWNER pimnotify'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'pimnotify')
\gexec

SELECT format('ALTER ROLE pimnotify PASSWORD %L', :'password')
\gexec
REVOKE CONNECT ON DATABASE pimnotify FROM PUBLIC;
