"""seg_against_png.py SOURCES RESULTS: every mask PNG has its frame in a SEG, and the other way round."""
import pathlib
import sys

import numpy
import pydicom

from png import read_png



def of_frame(groups, shared, name):
    return getattr(groups if name in groups else shared, name)[0]


sources, results = map(pathlib.Path, sys.argv[1:])
images = {}
for file in sources.rglob("*.dcm"):
    image = pydicom.dcmread(file, stop_before_pixels=True)
    mask = results / file.relative_to(sources).parent / (file.stem + "_mask.png")
    images[image.SOPInstanceUID] = (image, read_png(mask) > 0)

drawn = {uid for uid, (_, mask) in images.items() if mask.any()}
found = set()
for file in results.rglob("*_seg.dcm"):
    seg = pydicom.dcmread(file)
    bits = numpy.unpackbits(numpy.frombuffer(seg.PixelData, numpy.uint8), bitorder="little")
    frames = bits[:seg.NumberOfFrames * seg.Rows * seg.Columns]
    frames = frames.reshape(seg.NumberOfFrames, seg.Rows, seg.Columns)
    shared = seg.SharedFunctionalGroupsSequence[0]
    before = None
    for frame, groups in zip(frames, seg.PerFrameFunctionalGroupsSequence):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        image, mask = images[source.ReferencedSOPInstanceUID]
        assert image.StudyInstanceUID == seg.StudyInstanceUID
        assert image.PatientID == seg.PatientID
        assert image.FrameOfReferenceUID == seg.FrameOfReferenceUID
        assert (frame.astype(bool) == mask).all(), source.ReferencedSOPInstanceUID
        place = groups.PlanePositionSequence[0].ImagePositionPatient
        turn = of_frame(groups, shared, "PlaneOrientationSequence").ImageOrientationPatient
        spacing = of_frame(groups, shared, "PixelMeasuresSequence").PixelSpacing
        assert numpy.allclose(place, image.ImagePositionPatient, atol=1e-4)
        assert numpy.allclose(turn, image.ImageOrientationPatient, atol=1e-5)
        assert numpy.allclose(spacing, image.PixelSpacing, atol=1e-4)
        index = list(groups.FrameContentSequence[0].DimensionIndexValues)
        assert before is None or before < index, "frames follow their dimension indices"
        before = index
        if mask.any():
            found.add(source.ReferencedSOPInstanceUID)
assert found == drawn and drawn, (len(found), len(drawn))
print(f"pydicom: {len(found)} masks are those of the PNG files")
