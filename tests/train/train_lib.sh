# Shared by the scripts that train: sourced, not run. Sets $work, makes data/ (six phantoms, small)
# and holds what every run is asked for.

failed() {
  echo "FAILED: $*"
  [[ ! -s messages ]] || tail -n 20 messages | sed 's/^/  | /'
  exit 1
}

source "$(dirname "${BASH_SOURCE[0]}")/../support/python.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# setpriv and the like must be able to pass.
chmod 755 "$work"

"$heartlab" -q phantom --patients 6 --slices 2 --phases 2 --size 96 --pixel-spacing 2.5 --out cohort \
  >messages 2>&1 || failed "no cohort"
"$heartlab" -q prepare --images cohort/dicom --labels cohort/matlab --target cavity --size 32 \
  --standardise image --split 0.7,0.3,0 --out data >messages 2>&1 || failed "no data set"

# settings KEY=VALUE...: what every run is asked for, then what this one is; later ones win.
settings() {
  local setting
  for setting in network=deeplabv3 aspp_channels=8 atrous_rates=1,2 optimiser=sgd rates=0.01 \
    schedules=poly head_rate=1 head_bias_rate=1 class_weights=1,1 dice_weight=1 crops=0 flip=true \
    rotation=20 precision=fp32 threads=1 "$@"; do
    printf -- '--set\n%s\n' "$setting"
  done
}
