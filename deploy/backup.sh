#!/bin/sh
# Nightly backup, below FOLDER, of 30 days: manage.py backup seals it and reads it back. Usage: backup.sh FOLDER
set -eu
umask 077
cd "$(dirname "$0")/.."
.venv/bin/python manage.py backup "$1/$(date +%F-%H%M)"
find "$1" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} +
