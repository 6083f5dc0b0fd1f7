#pragma once

#include <map>
#include <string>

#include "heartlab/image/contour.h"
#include "heartlab/prepare/builder.h"
#include "heartlab/prepare/pairing.h"

namespace heartlab::testing {

// A bright disc with a wall around it on a darker ground, as a short-axis slice: values 0 to 255.
GreyImage heart_image(int rows, int columns, Point centre, double radius);
Mask disc_mask(int rows, int columns, Point centre, double radius);

// DATA/images/<patient>/<stem>.png and DATA/labels/<patient>/<stem>.png of the same heart.
void write_pair(const Path& data, const std::string& patient, const std::string& stem,
                int rows = 48, int columns = 48);

// Options that prepare DATA/images and DATA/labels into `out` at 32x32, target cavity.
PrepareOptions png_options(const Path& data, const Path& out);

// Path below the folder -> SHA-256, of every file.
std::map<std::string, std::string> checksums(const Path& folder);

// An image in memory of `folder`/`file`, as read_sources() would give it.
SourceImage source_image(const std::string& folder, const std::string& file, int instance,
                         const std::string& patient = "");
// A contour label in FOLDER/FILE; what it says is filled in by the test.
Label contour_label(const std::string& folder, const std::string& file, int instance);

Contour square_contour(double left, double top, double right, double bottom);

}  // namespace heartlab::testing
