#!/usr/bin/env bash
# nibabel places every voxel of a NIfTI mask where the DICOM slice has it, and sees the PNG's pixels.
source tests/interop/common.sh
need_python pydicom numpy nibabel

for phases in 2 5; do
  phantom --patients 2 --slices 4 --phases $phases --seed $phases
  segment myocardium "$work/out$phases" "$work/cohort/dicom" --write png,nifti --save-probabilities
  "$python" "$here/nifti_against_dicom.py" "$work/cohort/dicom" "$work/out$phases"
done
