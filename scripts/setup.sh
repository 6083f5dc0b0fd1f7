#!/usr/bin/env bash
# setup.sh [build|test]: installs with apt what is missing to build HeartLab on Debian 12, or to build,
# test and lint it. Quiet where nothing is missing; never prompts.
set -euo pipefail

packages=(
  git build-essential cmake ninja-build ccache pkg-config
  libtorch-dev libopenblas0-pthread libopenblas-dev libgloo-dev
  libdcmtk-dev libmatio-dev libpng-dev zlib1g-dev
  libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libtomlplusplus-dev
  libdnnl-dev ocl-icd-opencl-dev libgtest-dev libgmock-dev
  libcpp-httplib-dev libssl-dev
)
if [[ ${1:-build} == test ]]; then
  packages+=(
    clang clang-format clang-tidy libclang-rt-14-dev
    dcmtk orthanc orthanc-dicomweb curl iproute2 openssl
    libinsighttoolkit5-dev libfftw3-dev
    dicom3tools python3-pydicom python3-nibabel python3-numpy python3-onnx
  )
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [[ $state == "install ok installed" ]] || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! sudo -n true 2>/dev/null; then
    echo "setup: these packages are missing; install them as root (sudo is absent or asks for a password):" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo -n)
fi

echo "setup: installing ${missing[*]}"
# The tests start an Orthanc of their own. The package's service, open to the network and without a
# password, must not start with the installation.
if [[ " ${missing[*]} " == *" orthanc "* && ! -e /etc/systemd/system/orthanc.service ]]; then
  "${as_root[@]}" mkdir -p /etc/systemd/system
  "${as_root[@]}" ln -s /dev/null /etc/systemd/system/orthanc.service
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
