#!/bin/sh
# Makes sure that the real parts which the tests use are there: git with its
# http-backend, PostgreSQL's server, Prometheus with promtool, systemd-analyze, and
# npm for GitHub's published descriptions.
# Whoever may install packages gets what is missing; everybody else is told how.
# Nothing is started: the tests start their own.
set -eu

missing=""
command -v git >/dev/null && test -x "$(git --exec-path)/git-http-backend" || missing="$missing git"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || test -n "${PERENNE_POSTGRES_BIN:-}" || missing="$missing postgresql"
command -v promtool >/dev/null && command -v prometheus >/dev/null || missing="$missing prometheus"
command -v systemd-analyze >/dev/null || missing="$missing systemd"
command -v npm >/dev/null || missing="$missing nodejs npm"
test -n "$missing" || exit 0

if test "$(id -u)" != 0 || ! command -v apt-get >/dev/null; then
	echo "The tests use real parts that are not here:$missing" >&2
	echo "On Debian: sudo apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "Installing what the tests use:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# RUNLEVEL=1 keeps packages from starting a server of their own.
RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
