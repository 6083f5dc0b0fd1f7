#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/core/files.h"
#include "heartlab/dicom/source_series.h"
#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"
#include "heartlab/prepare/preparation.h"

namespace heartlab {

// A file to segment and where its results go.
struct SegmentInput {
  Path file;
  Path folder;  // below the output folder: the structure of the input folder, kept
};

// The files of INPUT..., in order of path. A single input folder's own structure stands directly in
// the output; of several inputs, each folder's under its name. Hidden files are passed over, and
// so are results, by their names, under `out` and under the OUT of former calls. `unreadable` is
// told of folders below that cannot be read; where it is empty they are an Error, as is an input
// that is not there or a folder without a file.
std::vector<SegmentInput> find_inputs(const std::vector<Path>& inputs, const Path& out,
                                      const std::function<void(const Error&)>& unreadable = {});

bool has_png_signature(const Path& file);

// One image of an input file.
struct InputImage {
  GreyImage grey;                     // 8 bits by the preparation
  Geometry geometry;                  // spacing and place where the file states them
  int frame = 0;                      // 1-based; 0 where the file holds one image
  std::optional<SourceFrame> source;  // of DICOM images
};

// The images of a DICOM or PNG file. An Error where it is neither, or cannot be read whole.
std::vector<InputImage> read_input(const Path& file, const Preparation& preparation);

// Gives every image of a folder a stem of its own: the file's name without its ending, `_fNNNN` for
// frames, `_sNN` from the second of a name on. A name so long that its results could not be written
// is cut, and a hash of the whole takes the rest's place.
class StemNames {
 public:
  std::string claim(const SegmentInput& input, int frame);

 private:
  std::set<Path> taken_;
};

}  // namespace heartlab
