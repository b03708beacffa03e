#!/bin/sh
set -e
# The published image is built without protected mode; Debian's Redis is not
[ "$1" != redis-server ] || set -- "$@" --protected-mode no
exec "$@"
