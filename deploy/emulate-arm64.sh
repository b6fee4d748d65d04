#!/bin/sh
# Plays the demo on an emulated 64-bit Arm machine: Debian's own arm64 kernel, the wheels and the
# filter of that architecture. It says nothing of a board's speed: every instruction is imitated.
set -eu

usage() {
    cat <<'END'
usage: sudo deploy/emulate-arm64.sh FOLDER [OPTIONS OF offrecord]     (demo --fast --json)

FOLDER takes about 3 GB and is used again. Needs: apt install debootstrap qemu-user-static \
  binfmt-support qemu-system-arm e2fsprogs; and the models on this machine (`offrecord models fetch`).
END
}

fail() { printf '%s\n' "offrecord: $*" >&2; exit 1; }

case "${1-}" in '' | -*) usage; exit 2 ;; esac
[ "$(id -u)" = 0 ] || fail "this makes a root file system; start it with sudo"
for program in debootstrap qemu-aarch64-static qemu-system-aarch64 mkfs.ext4; do
    command -v $program >/dev/null || fail "$program is not installed; see --help"
done
folder=$(realpath -m "$1")
root=$folder/root
shift
[ $# -gt 0 ] || set -- demo --fast --json
source=$(cd "$(dirname "$0")/.." && pwd)
models=${OFFRECORD_MODELS:-${XDG_CACHE_HOME:-$HOME/.cache}/offrecord/models}
[ -d "$models/silero-vad" ] || fail "there are no models in $models; fetch them here first"

packages=ca-certificates,initramfs-tools,kmod,libportaudio2,linux-image-cloud-arm64,python3-venv
mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
update-binfmts --enable qemu-aarch64
mkdir -p "$folder"
[ -e "$root/.complete" ] || {
    debootstrap --arch=arm64 --variant=minbase --include=$packages bookworm "$root"
    touch "$root/.complete"
}

# --- what a board would have: this checkout, its wheels, its models -------------------------------

home=$root/opt/offrecord
mkdir -p "$home" "$root/opt/models"
tar -C "$source" --exclude=__pycache__ --exclude='./.*' --exclude=./dist -c . | tar -C "$home" -x
cp -r "$models/." "$root/opt/models"
rm -f "$root/opt/models/tuned.json" "$root/opt/models/footprints.json"  # of this machine, not of that
rm -rf "$root/opt/models/whisper-base" "$root/opt/models/minilm"
cp /etc/resolv.conf "$root/etc/resolv.conf"
[ ! -e /etc/ssl/certs/ca-certificates.crt ] ||
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
[ -x "$home/.venv/bin/python" ] || chroot "$root" python3 -m venv /opt/offrecord/.venv
pip() { chroot "$root" /opt/offrecord/.venv/bin/pip install -q --disable-pip-version-check "$@"; }
pip --only-binary=:all: --require-hashes -r /opt/offrecord/locks/default.txt
pip --no-deps --editable /opt/offrecord

cat >"$root/play" <<END
#!/bin/sh
mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev 2>/dev/null
mount -t tmpfs none /tmp; mount -t tmpfs none /run
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root OFFRECORD_MODELS=/opt/models COLUMNS=100
uname -srm
cd /opt/offrecord
# As \`offrecord tune\` does: how long a specialist may take is learnt on the machine it runs on.
.venv/bin/python -c "from edge import footprints; print(len(footprints.measure(again=True)), 'measured')"
.venv/bin/offrecord $*
echo "offrecord ended with \$?"
sync; echo o >/proc/sysrq-trigger; sleep 60
END
chmod +x "$root/play"

# --- a machine ------------------------------------------------------------------------------------

rm -f "$folder/disk"
mkfs.ext4 -q -d "$root" "$folder/disk" 3G
kernel=$(ls "$root"/boot/vmlinuz-* | tail -1)
timeout 3600 qemu-system-aarch64 -machine virt -cpu cortex-a76 -smp 2 -m 2048 -nographic -no-reboot \
    -kernel "$kernel" -initrd "$(echo "$kernel" | sed s/vmlinuz/initrd.img/)" \
    -drive file="$folder/disk",format=raw,if=virtio -net none \
    -append "root=/dev/vda rw init=/play console=ttyAMA0 quiet" | tee "$folder/said"
grep -q "offrecord ended with 0" "$folder/said"
