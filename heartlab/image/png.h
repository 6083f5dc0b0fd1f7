#pragma once

#include <span>
#include <string>

#include "heartlab/core/files.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// A PNG file as grey values 0 to 255: 1, 2 and 4 bits are stretched to that range, 16 bits rounded.
// Colour of three equal channels reads as grey; real colour is an Error, as is alpha that hides.
// Errors name the file; a truncated or corrupt file is kBadInput.
GreyImage read_png(const Path& path);
// Like read_png, keeping 16-bit depth: 0 to 65535 for such a file, else 0 to 255.
Image read_png_deep(const Path& path);

// The values as they are stored, 0 to 65535: fewer than 8 bits are not stretched; a palette of
// greys gives the greys, one of colours the indices. Colour and alpha as for read_png.
Raster<std::uint16_t> read_png_values(const Path& path);

// The same for a file in memory; errors begin with `name`.
GreyImage decode_png(std::span<const std::uint8_t> file, const std::string& name);
Image decode_png_deep(std::span<const std::uint8_t> file, const std::string& name);
Raster<std::uint16_t> decode_png_values(std::span<const std::uint8_t> file,
                                        const std::string& name);

// Written atomically.
void write_png(const Path& path, const GreyImage& image);
void write_png(const Path& path, const ColourImage& image);

// The file in memory, for embedding in reports.
Bytes encode_png(const ColourImage& image);
Bytes encode_png(const GreyImage& image);

}  // namespace heartlab
