#!/bin/sh
# Starts Tomte as an app of Home Assistant. The Supervisor starts this as root, and writes what the person
# chose to options.json, for root alone; Tomte itself runs as an ordinary user.
set -eu

data="${TOMTE_DATA:-/data}"
root="${APP_ROOT:-/opt/tomte}"
user="${APP_USER:-1000}"

# Value of an option, empty where it is not set.
option() {
  [ -r "$data/options.json" ] || return 0
  node -e 'process.stdout.write(String(JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))[process.argv[2]] ?? ""))' "$data/options.json" "$1"
}

TOMTE_LOG_LEVEL="$(option log_level)"
export TOMTE_LOG_LEVEL

if [ "$(id -u)" -ne 0 ] || [ "$user" -eq 0 ]; then
  exec node "$root/bin/tomte.js" start
fi
# After the first start, and after Home Assistant restored a backup of the folder, it is root's.
[ "$(stat --format=%u "$data")" = "$user" ] || chown -R "$user:$user" "$data"
exec setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs \
  node "$root/bin/tomte.js" start
