#pragma once

#include "heartlab/core/files.h"

namespace heartlab {

// Whether two files hold the same object, apart from their meta information, which names who sent
// it: byte for byte the same data set. In different transfer syntaxes the same object cannot be
// told from another without decoding its pixels; it passes for the same.
bool is_same_object(const Path& one, const Path& other);

// SHA-256 of the file's data set, which its meta information is no part of.
std::string data_set_digest(const Path& file);

}  // namespace heartlab
