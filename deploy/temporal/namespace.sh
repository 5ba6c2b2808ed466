#!/bin/sh
# Creates the namespace once. Closed runs are kept for 30 days: the ledger, not Temporal, is the record.
set -eu

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h
fi
