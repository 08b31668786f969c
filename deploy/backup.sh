#!/bin/sh
# Nightly backup: database and uploads, never the keys. Usage: backup.sh FOLDER
# Reads DATABASE_URL and DABAO_DATA_DIR. A backup counts only when it could be read back.
set -eu
umask 077
day="$1/$(date +%F)"
rm -rf "$day.unfinished"
mkdir -p "$day.unfinished"
pg_dump --format=custom --file="$day.unfinished/database.dump" "$DATABASE_URL"
pg_restore --list "$day.unfinished/database.dump" >/dev/null
if [ -d "$DABAO_DATA_DIR/files" ]; then
    tar -czf "$day.unfinished/files.tar.gz" -C "$DABAO_DATA_DIR" files
fi
rm -rf "$day"
mv "$day.unfinished" "$day"
find "$1" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} +
