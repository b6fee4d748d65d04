#!/bin/sh
# Installs Offrecord as a system service from this checkout, again and again; see --help.
set -eu

usage() {
    cat <<'END'
usage: sudo deploy/install.sh [--run "OPTIONS"] [--bundle FILE]   install, or update to this checkout
       sudo deploy/install.sh rollback                            back to what ran before the update
       sudo deploy/install.sh uninstall [--purge]                 remove it; --purge: notes and key too

  --run "OPTIONS"   what the service hears and sees with, as for `offrecord run` (--audio mic)
  --bundle FILE     models from `offrecord models export-bundle` of another machine; none is fetched

Debian 12 and 13, Raspberry Pi OS (64-bit), Ubuntu 22.04 and later. Everything is in /opt/offrecord,
/var/lib/offrecord (notes), /var/lib/offrecord-key, and five files that `uninstall` names.
END
}

HOME_OF_ALL=/opt/offrecord
RELEASES=$HOME_OF_ALL/releases
MODELS=$HOME_OF_ALL/models
UNIT=/etc/systemd/system/offrecord-launcher.service
DROP_IN=/etc/systemd/system/offrecord-launcher.service.d
SYSUSERS=/usr/lib/sysusers.d/offrecord.conf
COMMAND=/usr/local/bin/offrecord
SERVICE=offrecord-launcher
NOTES="/var/lib/offrecord /var/lib/offrecord-key"

say() { printf '%s\n' "offrecord: $*"; }
fail() { printf '%s\n' "offrecord: $*" >&2; exit 1; }
booted() { [ -d /run/systemd/system ]; }

retry() {
    for pause in 5 15 30 0; do
        "$@" && return 0
        [ "$pause" = 0 ] || { say "failed; once more in $pause s: $1 $2"; sleep "$pause"; }
    done
    return 1
}

main() {
    case "${1-}" in -h | --help) usage; exit 0 ;; esac
    [ "$(id -u)" = 0 ] || fail "this changes the system; start it with sudo"
    case "${1-install}" in
        rollback) rollback ;;
        uninstall) uninstall "${2-}" ;;
        install) [ $# = 0 ] || shift; install_it "$@" ;;
        --*) install_it "$@" ;;
        *) usage >&2; fail "there is no '$1' here" ;;
    esac
}

# --- install and update --------------------------------------------------------------------------

install_it() {
    run='' bundle=''
    while [ $# -gt 0 ]; do
        case "$1" in
            --run) run=${2?--run needs the options of \`offrecord run\`}; shift 2 ;;
            --bundle) bundle=${2?--bundle needs a file}; shift 2 ;;
            *) fail "there is no option '$1'; see --help" ;;
        esac
    done
    [ -z "$bundle" ] || [ -r "$bundle" ] || fail "the bundle $bundle cannot be read"
    case "$(uname -m)" in
        x86_64 | aarch64) ;;
        *) fail "this is a $(uname -m) system; Offrecord needs 64 bits (x86_64 or aarch64)" ;;
    esac
    source=$(cd "$(dirname "$0")/.." && pwd)
    packages
    release=$RELEASES/$(identity "$source")
    build "$source" "$release"
    models "$release" "$bundle"
    switch_to "$release"
    units "$release" "$run"
    start
    "$COMMAND" doctor || say "see above for what is missing"
    say "installed; \`sudo offrecord status\` asks the service, \`offrecord demo\` is yours"
}

packages() {
    command -v apt-get >/dev/null || fail "this needs Debian, Raspberry Pi OS or Ubuntu (apt-get)"
    wanted="libportaudio2 espeak-ng ca-certificates"
    python=$(usable_python)
    case "$python" in
        '') wanted="$wanted python3.11 python3.11-venv" ;;  # Ubuntu 22.04 has it beside its 3.10
        *) "$python" -c 'import ensurepip' 2>/dev/null || wanted="$wanted ${python##*/}-venv" ;;
    esac
    missing=
    for package in $wanted; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        say "installing$missing"
        export DEBIAN_FRONTEND=noninteractive
        retry apt-get update -qq
        # shellcheck disable=SC2086 (names, apart)
        retry apt-get install -y -qq --no-install-recommends $missing >/dev/null
    fi
    python=$(usable_python)
    [ -n "$python" ] || fail "there is no Python 3.11 or newer; this system has $(python3 -V 2>&1)"
}

usable_python() {
    for each in python3 python3.13 python3.12 python3.11; do
        if "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$each"
            return
        fi
    done
}

# The name of a release: a hash of its files, so that the same checkout is installed once.
identity() {
    packed "$1" | sha256sum | cut -c1-12
}

packed() {
    tar -C "$1" --exclude=__pycache__ --exclude='./.*' --exclude=./dist --sort=name --mtime=@0 \
        --owner=0 --group=0 --numeric-owner -c .
}

build() {
    [ -e "$2/.complete" ] && return
    say "building $2"
    rm -rf "$2"
    mkdir -p "$2"
    packed "$1" | tar -C "$2" -x
    "$python" -m venv "$2/.venv"
    retry "$2/.venv/bin/pip" install -q --disable-pip-version-check --retries 5 \
        --require-hashes -r "$2/locks/default.txt"
    retry "$2/.venv/bin/pip" install -q --disable-pip-version-check --retries 5 \
        --no-deps --editable "$2"
    chmod -R go=rX "$2"
    touch "$2/.complete"
}

models() {
    mkdir -p "$MODELS"
    if [ -n "$2" ]; then
        OFFRECORD_MODELS=$MODELS "$1/.venv/bin/offrecord" models import "$2"
    else
        OFFRECORD_MODELS=$MODELS retry "$1/.venv/bin/offrecord" models fetch
    fi
    [ -e "$MODELS/footprints.json" ] || OFFRECORD_MODELS=$MODELS "$1/.venv/bin/offrecord" tune
    chmod -R go=rX "$MODELS"
}

# --- one release is current ----------------------------------------------------------------------

switch_to() {
    now=$(readlink "$HOME_OF_ALL/current" || true)
    [ "$now" = "$1" ] && return
    [ -z "$now" ] || ln -sfn "$now" "$HOME_OF_ALL/previous"
    ln -sfn "$1" "$HOME_OF_ALL/current"
    for each in "$RELEASES"/*; do
        case "$each" in "$1" | "$now") ;; *) rm -rf "$each" ;; esac
    done
}

rollback() {
    before=$(readlink "$HOME_OF_ALL/previous" 2>/dev/null) || fail "there is no earlier release here"
    switch_to "$before"
    units "$before" ''
    start
    say "back to $before"
}

units() {
    install -D -m 644 "$1/deploy/offrecord.sysusers" "$SYSUSERS"
    systemd-sysusers "$SYSUSERS"
    install -D -m 644 "$1/deploy/offrecord-launcher.service" "$UNIT"
    if [ -n "$2" ]; then
        mkdir -p "$DROP_IN"
        printf '[Service]\nExecStart=\nExecStart=%s run %s\n' \
            "$HOME_OF_ALL/current/.venv/bin/offrecord" "$2" >"$DROP_IN/run.conf"
    fi
    install -D -m 755 "$1/deploy/offrecord" "$COMMAND"
}

start() {
    if booted; then
        systemctl daemon-reload
        systemctl enable --quiet $SERVICE
        systemctl restart $SERVICE
        sleep 3
        say "the service is $(systemctl is-active $SERVICE || true)"
    else
        say "systemd does not run here, so nothing was started: it will be at the next boot"
        systemctl enable --quiet $SERVICE 2>/dev/null || true
    fi
}

# --- away with it --------------------------------------------------------------------------------

uninstall() {
    case "$1" in '' | --purge) ;; *) fail "there is no option '$1'; see --help" ;; esac
    if booted; then
        systemctl disable --quiet --now $SERVICE 2>/dev/null || true
    else
        systemctl disable --quiet $SERVICE 2>/dev/null || true
    fi
    rm -rf "$DROP_IN" "$HOME_OF_ALL"
    rm -f "$UNIT" "$COMMAND" "$SYSUSERS"
    booted && systemctl daemon-reload
    if [ "$1" = --purge ]; then
        # shellcheck disable=SC2086 (two folders)
        rm -rf $NOTES
        userdel offrecord 2>/dev/null || true
        groupdel offrecord 2>/dev/null || true
        say "removed, with its notes and their key"
    else
        say "removed; the notes stay in $NOTES (\`uninstall --purge\` removes them too)"
    fi
}

main "$@"
