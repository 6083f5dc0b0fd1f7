#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "heartlab/model/model_file.h"

namespace heartlab {

// How GoogleTest shows a parameter.
void PrintTo(const NetworkOptions& options, std::ostream* stream);

namespace testing {

// A network with small heads.
NetworkOptions small_network(const std::string& network, const std::string& backbone);

// Every network the project has, in the shapes that differ to an engine.
std::vector<NetworkOptions> all_networks();

// "deeplabv3_resnet18_4", as the name of a test.
std::string name_of(const NetworkOptions& options, std::size_t index);

// A model file of the network, weights and statistics by a fixed formula.
ModelFile write_network(const Path& file, const NetworkOptions& options, int side);

// side x side values by a formula.
std::vector<float> formula_input(int side);

}  // namespace testing
}  // namespace heartlab
