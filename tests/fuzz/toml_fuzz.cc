#include "heartlab/core/error.h"
#include "heartlab/core/options.h"

// A configuration of any content either sets the options or is an Error; what it set goes through
// JSON and back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  int number = 3;
  double rate = 0.5;
  bool flag = false;
  std::uint64_t seed = 1;
  std::string word = "a";
  std::vector<int> numbers;
  std::vector<std::string> words;
  heartlab::OptionTable table;
  table.add("number", number, "").range(1, 100);
  table.add("rate", rate, "");
  table.add("flag", flag, "");
  table.add("seed", seed, "");
  table.add("train.word", word, "").one_of({"a", "b"});
  table.add("train.numbers", numbers, "");
  table.add("train.words", words, "");
  try {
    table.load_toml_text({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
    table.from_json(table.to_json(), "fuzz.json");
  } catch (const heartlab::Error&) {
    return 0;
  }
  return 0;
}
