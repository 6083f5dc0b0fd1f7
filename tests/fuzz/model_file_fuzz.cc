#include <nlohmann/json.hpp>

#include "heartlab/core/error.h"
#include "heartlab/model/model_file.h"
#include "tests/fuzz/file_input.h"

// A description of any content in a sound container either opens, and then is written again, or is
// an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const nlohmann::json header = {{"__metadata__", {{"heartlab.model", text}}}};
  std::string file = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const std::uint64_t length = file.size();
  file.insert(0, reinterpret_cast<const char*>(&length), sizeof length);
  const heartlab::fuzzing::FileInput input(reinterpret_cast<const std::uint8_t*>(file.data()),
                                           file.size());
  try {
    const heartlab::ModelFile model(input.path());
    model.description().patients_trained_on();
    heartlab::model_metadata(model.description());
  } catch (const heartlab::Error&) {
  }
  return 0;
}
