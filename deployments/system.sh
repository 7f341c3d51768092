#!/bin/sh
# What must be installed by the system's package manager, installed where it is missing: `sh deployments/system.sh demo|test`.
# demo: the OCR program with French and English, and Python's venv. test: also a browser and the fonts of generated orders.
set -eu

purpose=${1:-demo}
missing=""

need() { # need PACKAGE COMMAND...: the package is wanted where the command fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_language() { tesseract --list-langs 2>/dev/null | grep -qx "$1"; }
has_font() { fc-list 2>/dev/null | grep -qi "$1"; }

python=$(sh "$(dirname "$0")/python.sh" || true)
[ -n "$python" ] || missing="$missing python3"
need python3-venv "${python:-python3}" -c "import ensurepip, venv"
need tesseract-ocr command -v tesseract
need tesseract-ocr-fra has_language fra
need tesseract-ocr-eng has_language eng
if [ "$purpose" = test ]; then
    need fontconfig command -v fc-list
    need fonts-dejavu-core has_font DejaVuSans
    for font in $(cat "$(dirname "$0")/fonts.txt"); do
        need "${font%%=*}" has_font "${font##*=}"
    done
    if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
        missing="$missing chromium"
    fi
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
install() {
    $root apt-get update -qq &&
        $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
install || { sleep 5; install; } || { echo "apt-get could not install:$missing" >&2; exit 3; }
