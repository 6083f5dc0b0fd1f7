#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace heartlab {

// The stored (uncompressed) entries of a ZIP archive held in memory, by name (APPNOTE 6.3.9; ZIP64
// sizes and offsets are read). An Error that names the file where the directory is damaged, an
// entry lies outside the file or is compressed.
std::map<std::string, std::span<const std::uint8_t>> read_zip(std::span<const std::uint8_t> bytes,
                                                              const std::string& name);

}  // namespace heartlab
