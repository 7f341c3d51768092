#!/bin/sh
# A machine that never saw the project, in a folder: a minimal Debian and a clone of HEAD. In it the README's two commands, nothing else.
# As root, on Debian. Its mirror, proxies, certificates and settings of pip are this machine's. FRESH=COMMAND runs something else in the clone.
set -eu

cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "A fresh machine is made by root: sudo make fresh" >&2; exit 3; }
command -v mmdebstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends mmdebstrap; }
machine=$PWD/build/fresh

remove() { rm -rf --one-file-system "$machine" "$machine".*; }

if [ "${1:-}" != inside ]; then
    remove
    mkdir -p build
    # Processes and mounts are in namespaces of their own, and end with them and with this shell, which hears signals while it waits.
    setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child sh "$0" inside &
    inside=$!
    trap 'kill -9 $inside 2>/dev/null || true; remove' EXIT
    trap 'exit 130' INT TERM HUP
    wait $inside
    exit
fi

apt-config dump Acquire >"$machine.apt"
apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    mmdebstrap --quiet --mode=root --variant=minbase --include=ca-certificates,make --aptopt="$machine.apt" "" "$machine" -
for known in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/xdg/pip "$HOME/.config/pip" /usr/local/share/ca-certificates; do
    [ ! -e "$known" ] || (cd / && cp -RL --parents ".$known" "$machine")
done
git clone --quiet . "$machine/srv/fairhand"
mount -t proc proc "$machine/proc"
mount --rbind /sys "$machine/sys"
mount --rbind /dev "$machine/dev"
mount -t tmpfs tmpfs "$machine/dev/shm"
exec chroot "$machine" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    $(env | grep -iE '^(pip_|uv_|https?_proxy|no_proxy|ssl_cert_file)') \
    sh -euc "update-ca-certificates >/dev/null 2>&1; cd /srv/fairhand; ${FRESH:-make demo PEOPLE=simulated; make test}"
