#!/usr/bin/env bash
# Three packages that hold what they say and depend on what they link: libtorch in one alone. What
# is unpacked runs, and finds its library, its networks and its module where it is.
set -euo pipefail
build=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
wrong() { echo "$*"; exit 1; }
command -v dpkg-shlibdeps >/dev/null || { echo "dpkg-dev is not installed"; exit 77; }

cpack --config "$build/CPackConfig.cmake" -B made >cpack.log 2>&1 || wrong "$(cat cpack.log)"
packages="heartlab heartlab-dev"
[[ -z $(find "$build" -name libheartlab-learning.so) ]] || packages+=" heartlab-learning"
for name in $packages; do
  deb=$(echo made/"$name"_[0-9]*.deb)
  [[ -f $deb ]] || wrong "no package $name: $(ls made)"
  dpkg-deb --contents "$deb" | awk '{print $6}' >"$name.contents"
  dpkg-deb --field "$deb" Depends >"$name.depends"
  dpkg-deb -x "$deb" everything
done
dpkg-deb -x "$(echo made/heartlab_[0-9]*.deb)" alone

holds() { grep -qE "$2" "$1.contents" || wrong "$1 lacks $2: $(cat "$1.contents")"; }
lacks() { ! grep -E "$2" "$1.contents" || wrong "$1 holds the above"; }
holds heartlab '/usr/bin/heartlab$'
holds heartlab '/usr/lib/.*/libheartlab\.so\.[0-9.]+$'
for model in cavity myocardium; do
  holds heartlab "/models/$model-resnet18.safetensors\$"
  holds heartlab "/models/$model-resnet18.md\$"
done
holds heartlab '/configs/recommended.toml$'
holds heartlab '/doc/heartlab/copyright$'
lacks heartlab 'learning\.so|include/|cmake/'
holds heartlab-dev '/usr/include/heartlab.h$'
holds heartlab-dev '/libheartlab.so$'
holds heartlab-dev '/cmake/heartlab/heartlabConfig.cmake$'
lacks heartlab-dev 'bin/|safetensors|onednn|torch'

grep -q 'libdnnl' heartlab.depends || wrong "heartlab depends on $(cat heartlab.depends)"
grep -qx 'DeepLab segmentation of short-axis heart MRI' <<<"$(
  dpkg-deb --field "$(echo made/heartlab_[0-9]*.deb)" Description | head -1)" ||
  wrong "$(dpkg-deb --info "$(echo made/heartlab_[0-9]*.deb)")"
! grep -E 'torch' heartlab.depends heartlab-dev.depends || wrong "libtorch is asked for above"
grep -q 'heartlab (=' heartlab-dev.depends || wrong "heartlab-dev: $(cat heartlab-dev.depends)"
if [[ $packages == *learning* ]]; then
  [[ $(grep -c . heartlab-learning.contents) -gt 0 ]] && holds heartlab-learning 'libheartlab-learning.so$'
  grep -q 'libtorch' heartlab-learning.depends && grep -q 'heartlab (=' heartlab-learning.depends ||
    wrong "heartlab-learning depends on $(cat heartlab-learning.depends)"
fi

# Nothing of the build tree is left to find.
heartlab=$work/alone/usr/bin/heartlab
ldd "$heartlab" >linked
grep -q "libheartlab.so.* => $work/alone/" linked || wrong "$(cat linked)"
! grep -E 'libtorch|libc10|not found' linked || wrong "heartlab links the above"
"$heartlab" -q phantom --patients 1 --slices 2 --phases 2 --size 160 --out cohort >/dev/null
"$heartlab" -q segment --model alone/usr/share/heartlab/models/cavity-resnet18.safetensors \
  --out drawn cohort/dicom >/dev/null
[[ $(find drawn -name '*_mask.png' | wc -l) -eq 4 ]] || wrong "$(find drawn)"
status=0
"$heartlab" segment --engine torch --model alone/usr/share/heartlab/models/cavity-resnet18.safetensors \
  --out torch cohort/dicom 2>message || status=$?
[[ $status -eq 6 ]] && grep -q "not part of this installation" message || wrong "$(cat message)"
if [[ $packages == *learning* ]]; then
  everything/usr/bin/heartlab -q segment --engine torch --out torch cohort/dicom \
    --model everything/usr/share/heartlab/models/cavity-resnet18.safetensors >/dev/null
  grep -q 'libtorch' torch/manifest.json || wrong "$(cat torch/manifest.json)"
fi

# systemd understands the unit, whose program is where the package puts it.
unit=$(find alone -name heartlab-node.service)
grep -q '^ExecStart=/usr/bin/heartlab ' "$unit" || wrong "$(cat "$unit")"
if command -v systemd-analyze >/dev/null; then
  sed "s#/usr/bin/heartlab#$heartlab#" "$unit" >heartlab-node.service
  systemd-analyze verify ./heartlab-node.service >verify.log 2>&1 && [[ ! -s verify.log ]] || wrong "$(cat verify.log)"
fi

# dpkg itself installs it, into a root of its own, where this machine lets us; what its scripts call
# must not touch this machine.
if [[ $(id -u) -eq 0 ]]; then
  mkdir stubs && printf '#!/bin/sh\n' >stubs/ldconfig && chmod +x stubs/ldconfig
  export PATH=$work/stubs:$PATH
  mkdir -p root/var/lib/dpkg/{info,updates,triggers} && touch root/var/lib/dpkg/status
  dpkg --root="$work/root" --force-depends --force-script-chrootless --log=/dev/null \
    --install made/heartlab_[0-9]*.deb >dpkg.log 2>&1 || wrong "$(cat dpkg.log)"
  root/usr/bin/heartlab --version >/dev/null
  dpkg --root="$work/root" --force-depends --force-script-chrootless --log=/dev/null --purge heartlab >dpkg.log 2>&1 ||
    wrong "$(cat dpkg.log)"
  [[ -z $(find root/usr -type f 2>/dev/null) ]] || wrong "left behind: $(find root/usr -type f)"
fi
cat heartlab.depends
echo "$packages: unpacked and run"
