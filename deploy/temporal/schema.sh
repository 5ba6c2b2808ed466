#!/bin/sh
# Creates Temporal's two databases and brings their tables to the version of this image. Each step does nothing where it
# has been done, so the job may run at every start; after a new image it is the upgrade. SQL_HOST, SQL_USER and the
# like are the tool's own variables.
set -eu

for database in temporal visibility; do
    name=temporal
    [ "$database" = visibility ] && name=temporal_visibility
    temporal-sql-tool --database "$name" create-database
    temporal-sql-tool --database "$name" setup-schema --version 0.0
    temporal-sql-tool --database "$name" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$database/versioned"
done
