#!/bin/sh
# What the system's package manager must bring, installed where it is missing: `sh deployments/system.sh demo|test|bench [list]`.
# demo: the OCR program with French and English, and Python's venv. test: also a browser, git, strace, proxies, PostgreSQL and systemd (neither started), and fonts.
# bench: also the OCR program's German and Spanish, the fonts of the benchmarks' test world, and npm, which fetches more of them.
# list: print these packages, here or not, and install nothing.
set -eu

PATH=$PATH:/usr/sbin
purpose=${1:-demo} list=${2:-}
missing=""

need() { # need PACKAGE COMMAND...: the package is wanted where the command fails
    package=$1
    shift
    [ "$list" != list ] || { echo "$package" && return; }
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_language() { tesseract --list-langs 2>/dev/null | grep -qx "$1"; }
has_package() { ! command -v dpkg-query >/dev/null || dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q "ok installed"; }

has_postgresql() { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; }

python=$(sh "$(dirname "$0")/python.sh" 2>/dev/null || true)
need python3 test -n "$python"
# Debian names the package of venv after the Python that it belongs to.
venv=python3-venv
[ -z "$python" ] || venv=python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
has_venv() { "${python:-python3}" -c "import ensurepip, venv"; }
has_venv 2>/dev/null || apt-cache show "$venv" >/dev/null 2>&1 || venv=python3-venv
need "$venv" has_venv
need tesseract-ocr command -v tesseract
need tesseract-ocr-fra has_language fra
need tesseract-ocr-eng has_language eng
if [ "$purpose" = test ] || [ "$purpose" = bench ]; then
    browser=chromium-headless-shell  # Debian has it from its release 13 on
    command -v $browser >/dev/null || apt-cache show $browser >/dev/null 2>&1 || browser=chromium
    need $browser command -v $browser
    need git command -v git
    need strace command -v strace
    need systemd command -v systemd-analyze
    need nginx command -v nginx
    need caddy command -v caddy
    need openssl command -v openssl
    need curl command -v curl
    need jq command -v jq
    need postgresql has_postgresql
    for font in fonts-dejavu-core fonts-liberation fonts-crosextra-carlito fonts-crosextra-caladea fonts-freefont-ttf \
        fonts-comic-neue fonts-klee fonts-breip fonts-dkg-handwriting fonts-bwht fonts-rufscript; do
        need $font has_package $font
    done
fi
if [ "$purpose" = bench ]; then
    need tesseract-ocr-deu has_language deu
    need tesseract-ocr-spa has_language spa
    need npm command -v npm
    for font in fonts-b612 fonts-cabin fonts-cantarell fonts-courier-prime fonts-ebgaramond fonts-inconsolata fonts-lato fonts-linuxlibertine \
        fonts-open-sans fonts-roboto-unhinted fonts-sil-gentium; do
        need $font has_package $font
    done
fi
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Please install what these Debian packages hold, then try again:$missing" >&2
    exit 3
fi
root=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "As root: apt-get install$missing" >&2
        exit 3
    fi
    root=sudo
fi
echo "Installing system packages:$missing" >&2
# RUNLEVEL=1: packages of servers do not start them.
install() {
    $root apt-get update -qq &&
        $root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
install || { sleep 5; install; } || { echo "apt-get could not install:$missing" >&2; exit 3; }
