"""nifti_against_dicom.py SOURCES RESULTS: affine and voxels of every NIfTI mask."""
import pathlib
import sys

import nibabel
import numpy
import pydicom

from png import read_png

sources, results = map(pathlib.Path, sys.argv[1:])
checked = 0
for file in sorted(results.rglob("*_mask.nii.gz")):
    volume = nibabel.load(file)
    voxels = numpy.asanyarray(volume.dataobj)
    assert numpy.allclose(volume.get_qform(), volume.get_sform(), atol=1e-3)
    assert volume.header["qform_code"] == 1 and volume.header["sform_code"] == 1
    share = numpy.asanyarray(nibabel.load(str(file).replace("_mask", "_probability")).dataobj)
    folder = file.parent.relative_to(results)
    inverse = numpy.linalg.inv(volume.affine)
    seen = set()
    for source in sorted((sources / folder).glob("*.dcm")):
        image = pydicom.dcmread(source, stop_before_pixels=True)
        row = numpy.array(image.ImageOrientationPatient[:3], float)
        column = numpy.array(image.ImageOrientationPatient[3:], float)
        position = numpy.array(image.ImagePositionPatient, float)
        mask = read_png(results / folder / (source.stem + "_mask.png")) > 0
        # A pixel in the middle of nowhere: DICOM's place of it (LPS) in RAS, and nibabel's voxel.
        x, y = 17, 91
        lps = position + x * image.PixelSpacing[1] * row + y * image.PixelSpacing[0] * column
        i, j, k = nibabel.affines.apply_affine(inverse, lps * [-1, -1, 1])
        assert abs(i - x) < 1e-3 and abs(j - y) < 1e-3 and abs(k - round(k)) < 2e-3, (i, j, k)
        phases = [p for p in range(voxels.shape[3] if voxels.ndim == 4 else 1)
                  if (int(round(k)), p) not in seen]
        # Files are numbered phase by phase within a slice.
        phase = phases[0]
        seen.add((int(round(k)), phase))
        plane = voxels[:, :, int(round(k)), phase] if voxels.ndim == 4 else voxels[:, :, int(round(k))]
        assert (plane.T.astype(bool) == mask).all(), source
        certain = share[:, :, int(round(k)), phase].T
        assert ((certain > 0.5) == mask)[abs(certain - 0.5) > 0.01].all(), source
        checked += 1
    assert len(seen) == numpy.prod(voxels.shape[2:])
assert checked > 0
print(f"nibabel: {checked} slices lie where DICOM has them")
