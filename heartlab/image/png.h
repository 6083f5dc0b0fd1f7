#pragma once

#include "heartlab/core/files.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// A PNG file as grey values 0 to 255 (16-bit files: 0 to 65535 in the Image overload below).
// Colour of three equal channels reads as grey; real colour is an Error, as is alpha that hides.
// Errors name the file; a truncated or corrupt file is kBadInput.
GreyImage read_png(const Path& path);
// Like read_png, keeping 16-bit depth.
Image read_png_deep(const Path& path);

// Written atomically.
void write_png(const Path& path, const GreyImage& image);
void write_png(const Path& path, const ColourImage& image);

// The file in memory, for embedding in reports.
Bytes encode_png(const ColourImage& image);
Bytes encode_png(const GreyImage& image);

}  // namespace heartlab
