"""seg_against_png.py SOURCES RESULTS: every mask PNG has its frame in a SEG, and the other way round;
a frame's rim lies under the line of its overlay; probabilities, where saved, are those of their PNG."""
import pathlib
import sys

import numpy
import pydicom

from png import read_png


def of_frame(groups, shared, name):
    return getattr(groups if name in groups else shared, name)[0]


def beside(mask):
    """The pixels with a pixel of the mask among their eight neighbours and themselves."""
    padded = numpy.pad(mask, 1)
    rows, columns = mask.shape
    return numpy.any([padded[y:y + rows, x:x + columns] for y in range(3) for x in range(3)], axis=0)


def check_overlay(mask, overlay):
    """The mask less its erosion and the line drawn on the enlarged picture keep within a pixel."""
    factor = overlay.shape[0] // mask.shape[0]
    coloured = overlay.max(axis=2) != overlay.min(axis=2)
    line = coloured.reshape(mask.shape[0], factor, mask.shape[1], factor).any(axis=(1, 3))
    rim = mask & beside(~mask)
    assert (beside(rim) | ~line).all() and (beside(line) | ~rim).all()


def check_probabilities(seg, images):
    assert seg.SegmentationType == "FRACTIONAL" and seg.SegmentationFractionalType == "PROBABILITY"
    frames = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns) / seg.MaximumFractionalValue
    for frame, groups in zip(frames, seg.PerFrameFunctionalGroupsSequence):
        uid = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        saved = read_png(images[uid][2].with_name(images[uid][2].name + "_probability.png")) / 255
        assert abs(frame - saved).max() <= 1 / 255, uid
    return len(frames)


sources, results = map(pathlib.Path, sys.argv[1:])
images = {}
for file in sources.rglob("*.dcm"):
    image = pydicom.dcmread(file, stop_before_pixels=True)
    stem = results / file.relative_to(sources).parent / file.stem
    mask = read_png(stem.with_name(stem.name + "_mask.png")) > 0
    images[image.SOPInstanceUID] = (image, mask, stem)
    if len(images) % 4 == 1:  # large pictures: a few of them
        check_overlay(mask, read_png(stem.with_name(stem.name + "_overlay.png")))

drawn = {uid for uid, (_, mask, _) in images.items() if mask.any()}
found = set()
probabilities = 0
for file in results.rglob("*_seg.dcm"):
    seg = pydicom.dcmread(file)
    if file.name.endswith("_probability_seg.dcm"):
        probabilities += check_probabilities(seg, images)
        continue
    bits = numpy.unpackbits(numpy.frombuffer(seg.PixelData, numpy.uint8), bitorder="little")
    frames = bits[:seg.NumberOfFrames * seg.Rows * seg.Columns]
    frames = frames.reshape(seg.NumberOfFrames, seg.Rows, seg.Columns)
    shared = seg.SharedFunctionalGroupsSequence[0]
    before = None
    for frame, groups in zip(frames, seg.PerFrameFunctionalGroupsSequence):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        image, mask, _ = images[source.ReferencedSOPInstanceUID]
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
print(f"pydicom: {len(found)} masks and {probabilities} probabilities are those of the PNG files")
