"""rendered_against_png.py SOURCES RESULTS PICTURES: the pictures 0.png, 1.png, ... that another program made
of the frames of the SEG in RESULTS are white where the mask of the frame's image is, and black elsewhere."""
import pathlib
import sys

import pydicom

from png import read_png

sources, results, pictures = map(pathlib.Path, sys.argv[1:])
masks = {}
for file in sources.rglob("*.dcm"):
    place = results / file.relative_to(sources).parent / (file.stem + "_mask.png")
    masks[pydicom.dcmread(file, stop_before_pixels=True).SOPInstanceUID] = read_png(place) > 0
seg, = results.rglob("*_seg.dcm")
frames = pydicom.dcmread(seg).PerFrameFunctionalGroupsSequence
drawn = 0
for number, groups in enumerate(frames):
    mask = masks[groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID]
    picture = read_png(pictures / f"{number}.png")
    assert ((picture == 255) == mask).all() and ((picture == 0) == ~mask).all(), number
    drawn += mask.any()
assert drawn, "no frame shows anything"
