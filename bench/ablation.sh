#!/usr/bin/env bash
# ablation.sh SUNNYBROOK [ROW...]: the rows of the table in docs/results.md, all or those named, one after the
# other. Each is configs/ablation.toml with one thing changed, on the same patients, trained from
# nothing unless it says so. A row that is in docs/ablation/ is passed over, an interrupted one goes
# on; a row is written when it is whole. HEARTLAB=PROGRAM, OUT=FOLDER for the runs, LIST=1 to print
# the commands alone.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $# -ge 1 ]] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
S=$(realpath "$1")
shift
wanted=("$@")
heartlab=${HEARTLAB:-build/release/cli/heartlab}
out=${OUT:-out/ablation}
rows=docs/ablation
mkdir -p "$out" "$rows"

# Ten patients whom no row's training sees.
held_out=SC-HF-I-02,SC-HF-I-08,SC-HF-NI-03,SC-HF-NI-11,SC-HF-NI-34,SC-HYP-06,SC-HYP-08,SC-HYP-38,SC-N-02,SC-N-07

say() { printf '%s\n' "$*" >>"$log"; }
run() {
  say "heartlab $*"
  [[ -n ${LIST:-} ]] && return
  "$heartlab" "$@"
}

# once FILE ARGUMENTS...: notes the command, and runs it where FILE is not there yet.
once() {
  local made=$1 LIST=${LIST:-}
  shift
  [[ -e $made ]] && LIST=1
  run "$@"
}

# How a data set is prepared: `options`.
options_of() {
  options=(--standardise image)
  local partial=(--partial-labels "$S/png/labels" --partial-label-offset "-1,-1")
  case $1 in
    image) ;;
    partial) options+=("${partial[@]}") ;;
    partial-alone) options+=("${partial[@]}" --partial-wall 0) ;;
    searched) options+=(--validation-patients "SC-HF-I-05,SC-HF-NI-07,SC-HYP-03,SC-N-05") ;;
    dataset | patient | nyul) options=(--standardise "$1") ;;
    equalised) options+=(--clahe 2) ;;
    corrected) options+=(--n4) ;;
    *) echo "ablation: no data set $1" >&2; exit 2 ;;
  esac
}

# data NAME: a data set, made where it is not there.
data() {
  local options
  options_of "$1"
  log=$out/$1.data
  : >"$log"
  once "$out/$1/dataset.safetensors" prepare --images "$S/png/images" --labels "$S/png/myocardium" --label-format png \
    --target myocardium --size 256 --split 1,0,0 --test-patients "$held_out" "${options[@]}" \
    --out "$out/$1"
}

# Synthetic hearts as a data set, and a network that has seen nothing else.
phantoms() {
  is_open pretrained || return 0
  log=$out/phantoms.data
  : >"$log"
  once "$out/cohort" phantom --patients 40 --slices 6 --size 256 --seed 3 --out "$out/cohort"
  once "$out/phantoms/dataset.safetensors" prepare --images "$out/cohort/dicom" --labels "$out/cohort/matlab" --target myocardium \
    --size 256 --split 1,0,0 --standardise image --out "$out/phantoms"
  train phantom phantoms --set iterations=500
  data image
  log=$out/phantoms.data
  cat "$out/image.data" >>"$log"
}

# Options that a search found on four of the training patients, none of them held out.
tuned() {
  is_open tuned || return 0
  data image
  data searched
  log=$out/search.data
  cat "$out/searched.data" >"$log"
  local resume=()
  [[ -f $out/search/manifest.json ]] && resume=(--resume)
  once "$out/search/best.toml" tune --data "$out/searched" --config configs/ablation.toml --set iterations=300 \
    --space configs/ablation-space.toml --trials 6 "${resume[@]}" --out "$out/search"
  cat "$out/image.data" >>"$log"
  started=search row tuned image 'rate, decay, head and loss as a search of 6 trials found them' \
    --config "$out/search/best.toml" --set iterations=1000
}

# The networks of a cross-validation on the training patients, their answers averaged.
folds() {
  is_open folds || return 0
  data image
  log=$out/folds.data
  cat "$out/image.data" >"$log"
  local resume=()
  [[ -d $out/folds ]] && resume=(--resume)
  once "$out/folds/crossval.json" crossval --data "$out/image" --config configs/ablation.toml --folds 3 \
    --validation 0 "${resume[@]}" --out "$out/folds"
  cp "$log" "$out/folds.commands"
  log=$out/folds.commands
  weights=model judge folds image 'the mean of three networks, of a cross-validation on the training patients' \
    folds/fold-1 --with "$out"/folds/fold-{2,3}/model.safetensors
}

# A CRF whose parameters were searched for on four training patients, by a network that has not seen them.
crf_searched() {
  is_open crf-searched || return 0
  [[ -f $out/best-by-validation.commands ]] || { echo "ablation: the row best-by-validation comes first" >&2; exit 2; }
  local kernels best=0 chosen='' found made LIST=${LIST:-}
  log=$out/crf-search.data
  sed '/^heartlab evaluate/d' "$out/best-by-validation.commands" >"$log"
  for kernels in none 1,10,15,1,2 0.5,10,15,1,2 2,10,15,1,2 1,5,15,1,2 1,20,15,1,2 1,10,8,1,2 1,10,30,1,2 \
    0.5,5,8,0.5,1 0.2,5,8,0.2,1 0.5,10,8,0,1 0,10,15,0.5,1; do
    made=$out/crf-search/$kernels/metrics.json
    local options=(--crf "$kernels")
    [[ $kernels == none ]] && options=()
    once "$made" evaluate --model "$out/best-by-validation/last.safetensors" --data "$out/searched" \
      --subset validation --threads 1 --without-training-side "${options[@]}" --out "${made%/*}"
    [[ -f $made ]] || continue
    found=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["classes"][0]["dice_image_mean"])' "$made")
    printf 'crf %s: mean image Dice of the validation patients %.4f\n' "$kernels" "$found"
    [[ $kernels == none || $(python3 -c "print($found > $best)") == False ]] || { best=$found chosen=$kernels; }
  done
  again crf-searched "fully connected CRF, the best of 11 settings by four of the training patients: $chosen" \
    --crf "$chosen"
}

is_wanted() {
  [[ ${#wanted[@]} -eq 0 ]] && return 0
  local name
  for name in "${wanted[@]}"; do [[ $name == "$1" ]] && return 0; done
  return 1
}

# train NAME DATA options...: one training, or what is left of it.
train() {
  local name=$1 set=$2 resume=()
  shift 2
  local LIST=${LIST:-}
  [[ -f $out/$name.trained ]] && LIST=1
  [[ -d $out/$name ]] && resume=(--resume)
  [[ " $* " == *" --config "* ]] || set -- --config configs/ablation.toml "$@"
  run train --data "$out/$set" "$@" "${resume[@]}" --out "$out/$name"
  [[ -n $LIST ]] || touch "$out/$name.trained"
}

# row NAME DATA 'what is changed' [train options...]: a training and its evaluation.
row() {
  local name=$1 set=$2 what=$3
  shift 3
  is_open "$name" || return 0
  [[ -n ${started:-} ]] || data "$set"
  log=$out/$name.commands
  cat "$out/${started:-$set}.data" >"$log"
  train "$name" "$set" "$@"
  judge "$name" "$set" "$what" "$name"
}

# again NAME 'what is changed' evaluate options...: the base's network, used in another way.
again() {
  local name=$1 what=$2
  shift 2
  is_open "$name" || return 0
  [[ -f $out/base.commands ]] || { echo "ablation: the row base comes first" >&2; exit 2; }
  log=$out/$name.commands
  sed '/^heartlab evaluate/d' "$out/base.commands" >"$log"
  # Another network that it is used with, after the base's own data.
  [[ " $* " != *" --with "* ]] || sed -n '/^heartlab train/p' "$out/seed-2.commands" >>"$log"
  judge "$name" image "$what" base "$@"
}

# Whether the row is wanted and not there yet.
is_open() {
  is_wanted "$1" && [[ -n ${LIST:-} || ! -f $rows/$1.json ]]
}

# judge NAME DATA WHAT RUN options...
judge() {
  local name=$1 set=$2 what=$3 model=$4
  shift 4
  run evaluate --model "$out/$model/${weights:-last}.safetensors" --data "$out/$set" --subset test --threads 1 \
    --without-training-side "$@" --out "$out/$name-evaluation"
  [[ -n ${LIST:-} ]] && { printf '## %s: %s\n' "$name" "$what"; cat "$log"; return; }
  python3 tools/ablation_row.py --name "$name" --what "$what" --run "$out/$model" \
    --commands "$log" --hide "$S=sunnybrook" --hide "$out/=" --evaluation "$out/$name-evaluation" \
    --out "$rows/$name.json"
  python3 tools/ablation_table.py "$rows" docs/results.md docs/ablation.md
}

# One function, so that a run is not disturbed by a change of this file.
all_rows() {
  row base image 'the base: DeepLabv3+ on ResNet-18, stride 16, cross entropy and Dice, AdamW'
  again mirrored 'the mean over four mirrored views' --views 4
  again scales 'the mean over three sizes' --scales 0.75,1,1.25
  again focus 'a second look at the crop around what was found' --focus 0.625
  again largest 'the largest piece alone' --largest
  again ring 'ring closed, its holes filled' --ring
  again fill-holes 'holes filled but the cavity' --fill-holes
  again smooth 'outlines smoothed by 1 pixel' --smooth 1
  again crf 'fully connected CRF' --crf 1,10,15,1,2

  row seed-2 image 'another seed: what chance alone does' --set seed=2
  again ensemble 'the mean of two networks: base and seed-2' --with "$out/seed-2/last.safetensors"
  row deeplabv3 image 'DeepLabv3, no decoder' --set network=deeplabv3
  row study-loss image "the study's loss: cross entropy weighted 0.95 and 0.05" \
    --set class_weights=0.95,0.05 --set dice_weight=0
  row no-augmentation image 'no augmentation but the crop' --set rotation=0 --set scaling=1,1 \
    --set gamma=0 --set contrast=0 --set brightness=0 --set noise=0 --set bias_field=0
  row no-rotation image 'no rotation' --set rotation=0
  row no-zoom image 'no zoom' --set scaling=1,1
  row no-grey-values image 'no gamma, contrast and brightness' --set gamma=0 --set contrast=0 \
    --set brightness=0
  row no-noise image 'no noise' --set noise=0
  row no-bias-field image 'no bias field' --set bias_field=0
  row recommended-augmentation image 'the augmentation of configs/recommended.toml' --set rotation=60 \
    --set scaling=0.8,1.3 --set gamma=0.5 --set contrast=0.25 --set brightness=0.15 --set noise=0.06 \
    --set bias_field=0.3 --set crop_jitter=48
  row cross-entropy image 'cross entropy alone' --set dice_weight=0
  row deeplabv2 image 'DeepLabv2, stride 8' --set network=deeplabv2 --set output_stride=8 \
    --set atrous_rates=6,12,18,24
  row deeplabv2-scales image 'DeepLabv2 on inputs of 0.5, 0.75 and 1, a loss on each' \
    --set network=deeplabv2 --set output_stride=8 --set atrous_rates=6,12,18,24 \
    --set scales=0.5,0.75,1
  row deeplabv3-stride-8 image 'DeepLabv3 at stride 8' --set network=deeplabv3 \
    --set output_stride=8
  row deeplabv3-scales image 'DeepLabv3 on inputs of 0.5, 0.75 and 1, a loss on each' \
    --set network=deeplabv3 --set scales=0.5,0.75,1
  row sgd image 'SGD, momentum 0.9, rate 0.02' --set optimiser=sgd --set rates=2e-2 \
    --set weight_decay=5e-4
  row average image 'moving average of the weights, 0.99' --set average=0.99
  row resnet34 image 'ResNet-34' --set backbone=resnet34
  row resnet50 image 'ResNet-50' --set backbone=resnet50
  row resnet101 image 'ResNet-101' --set backbone=resnet101
  row partial-labels partial 'with the end-systolic images, of which the endocardium is known'
  row partial-no-wall partial-alone 'the same, no muscle taken for granted around it'
  row lovasz image 'cross entropy and Lovasz' --set lovasz_weight=1 --set dice_weight=0
  row boundary image 'boundary loss besides' --set boundary_weight=1
  row focal image 'focal loss and Dice' --set focal_weight=1 --set cross_entropy_weight=0
  row class-weights image 'class weights from the data (inverse frequency)' \
    --set class_weighting=inverse
  row elastic image 'elastic displacement up to 6 pixels besides' --set elastic=6
  row artefacts image 'blur, ghosting and motion besides' --set blur=1 --set ghosting=0.2 \
    --set motion=3
  row blur image 'blur besides' --set blur=1
  row ghosting image 'ghosting besides' --set ghosting=0.2
  row motion image 'motion besides' --set motion=3
  row cosine image 'cosine schedule' --set schedules=cosine
  weights=model row best-by-validation searched \
    'the best of ten checkpoints by four of the training patients, who are not trained on' \
    --set validate_every=100 --set patience=4
  row no-warm-up image 'no warm-up' --set warm_up=0
  row unet image 'U-Net, 24 filters in the first level' --set network=unet --set backbone=none \
    --set unet_channels=24
  row mobilenetv3 image 'MobileNetV3 (large)' --set backbone=mobilenetv3_large
  row fcn8s image 'FCN-8s' --set network=fcn8s --set output_stride=32
  row fcn16s image 'FCN-16s' --set network=fcn16s --set output_stride=32
  row fcn32s image 'FCN-32s' --set network=fcn32s --set output_stride=32
  row cascade image 'DeepLabv3 in cascade' --set network=deeplabv3cascade
  row cascade-stride-8 image 'DeepLabv3 in cascade at stride 8' --set network=deeplabv3cascade \
    --set output_stride=8
  row parsenet image 'ParseNet: the mean over the image joined' --set network=parsenet
  row dilated-context image 'the dilated context module of Yu and Koltun' \
    --set network=dilated_context --set output_stride=8
  row segnet image 'SegNet, 24 filters in the first level' --set network=segnet \
    --set backbone=none --set output_stride=32 --set segnet_channels=24

  row standardise-dataset dataset "the data set's mean pixel subtracted, as the study did"
  row standardise-patient patient 'standardised by patient'
  row standardise-nyul nyul "Nyul's standard scale"
  phantoms
  started=phantoms row pretrained image 'started from 500 iterations on phantoms' --init "$out/phantom/last.safetensors"
  row clahe equalised 'contrast equalised locally, limit 2'
  tuned
  folds
  crf_searched
  row n4 corrected 'N4 bias field correction (a program built with -DHEARTLAB_N4=ON)'
}

all_rows
exit
