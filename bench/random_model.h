#pragma once

#include <cstdint>
#include <vector>

#include "heartlab/model/model_file.h"

namespace heartlab::bench {

// side x side normal numbers.
std::vector<float> random_input(int side, std::uint64_t seed);

// Writes a model file of these options with weights drawn anew; with `eight_bits` ranges too, found
// on random images.
void write_random_model(const Path& file, const NetworkOptions& options, int side);
void add_eight_bits(const Path& file);

}  // namespace heartlab::bench
