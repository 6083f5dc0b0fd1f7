#pragma once

#include "heartlab/core/random.h"
#include "heartlab/dicom/source_series.h"
#include "tests/dicom/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {

// How a series of source images is laid out.
struct SeriesLayout {
  int slices = 4, phases = 1;
  int rows = 24, columns = 20;
  std::string spacing = "1.5\\1.25";
  double gap = 8;  // millimetres from slice to slice; negative: numbered against the normal
  std::string series_uid = "1.2.3.4";
  E_TransferSyntax syntax = EXS_LittleEndianExplicit;
};

// A right-angled pair of directions that points anywhere.
Geometry random_orientation(Generator& generator);

// The files of a series in a folder, one a frame, in an order of their own; its frames in geometric
// order.
std::vector<SourceFrame> write_series(const Path& folder, const Geometry& first,
                                      const SeriesLayout& layout);

// The same as one Enhanced MR Image (PS3.3 A.36.2), its frames in an order of their own.
std::vector<SourceFrame> write_enhanced(const Path& folder, const Geometry& first,
                                        const SeriesLayout& layout);

// Reads all files of a folder and gives the frames in geometric order.
std::vector<SourceFrame> read_series(const Path& folder);

// A mask with a few random boxes; one in three is empty.
Mask random_mask(int rows, int columns, Generator& generator);

DrawnStructure random_structure(const std::string& name, const std::vector<SourceFrame>& series,
                                Generator& generator);

}  // namespace heartlab::testing
