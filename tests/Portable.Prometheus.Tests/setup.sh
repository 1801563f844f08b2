#!/usr/bin/env bash
# promtool checks what the exporter writes.
exec bash "$(dirname "$0")/../Observability.Tests/setup.sh"
