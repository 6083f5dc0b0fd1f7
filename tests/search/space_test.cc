#include "heartlab/search/space.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

constexpr const char* kSpace = R"(
optimiser = ["sgd", "adamw"]
rates = { min = 1e-4, max = 1e-2, log = true }
batch = { min = 1, max = 3 }
crops = [[192], [256, 0]]
flip = [true, false]
)";

std::map<std::string, std::vector<std::string>> drawn(const SearchSpace& space,
                                                      std::uint64_t seed) {
  Generator generator(seed);
  std::map<std::string, std::vector<std::string>> values;
  for (const auto& [key, items] : space.draw(generator)) values[key] = items;
  return values;
}

TEST(SearchSpace, every_value_it_allows_is_drawn_and_no_other) {
  const SearchSpace space(kSpace, "space.toml");
  std::set<std::string> optimisers, batches;
  std::set<std::size_t> crops;
  int small = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    auto values = drawn(space, seed);
    ASSERT_EQ(values.size(), 5U);
    optimisers.insert(values["optimiser"].at(0));
    batches.insert(values["batch"].at(0));
    crops.insert(values["crops"].size());
    const double rate = std::stod(values["rates"].at(0));
    EXPECT_GE(rate, 1e-4);
    EXPECT_LE(rate, 1e-2);
    small += rate < 1e-3 ? 1 : 0;
  }
  EXPECT_EQ(optimisers, (std::set<std::string>{"adamw", "sgd"}));
  EXPECT_EQ(batches, (std::set<std::string>{"1", "2", "3"}));
  EXPECT_EQ(crops, (std::set<std::size_t>{1, 2}));
  EXPECT_NEAR(small, 200, 40) << "half of the log scale lies below 1e-3";
}

TEST(SearchSpace, what_is_drawn_follows_from_the_generator_alone_and_is_taken_by_the_options) {
  const SearchSpace space(kSpace, "space.toml");
  EXPECT_EQ(drawn(space, 5), drawn(SearchSpace(kSpace, "other.toml"), 5));
  EXPECT_NE(drawn(space, 5), drawn(space, 6));
  Generator generator(5);
  TrainOptions options;
  apply_settings(space.draw(generator), options, "space.toml");
  EXPECT_NE(options.rates, TrainOptions().rates);
}

TEST(SearchSpace, what_is_wrong_in_the_file_is_named) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"momentun = [0.9]", {"space.toml", "momentun", "did you mean 'momentum'"}},
      {"optimiser = [\"sgd\", \"adam\"]", {"space.toml", "optimiser", "adamw", "'adam'"}},
      {"momentum = [0.9, 1.5]", {"space.toml", "momentum", "1.5"}},
      {"momentum = { min = 0.5, max = 2 }", {"space.toml", "momentum", "0 to 0.9999", "2"}},
      {"momentum = { min = 0.9, max = 0.5 }", {"momentum", "min 0.9 is above max 0.5"}},
      {"momentum = { min = 0, max = 0.5, log = true }", {"momentum", "log needs a min above 0"}},
      {"momentum = { min = 0.1 }", {"momentum", "min and max"}},
      {"momentum = { min = 0.1, max = 0.5, step = 0.1 }", {"momentum", "step"}},
      {"optimiser = { min = 0, max = 1 }", {"optimiser", "list of choices"}},
      {"momentum = []", {"momentum", "nothing to choose from"}},
      {"momentum = 0.9", {"momentum", "--config"}},
      {"iterations = [100]", {"iterations", "belongs to the search"}},
      {"# nothing", {"space.toml", "no option to draw"}}};
  for (const auto& [text, words] : cases) {
    expect_error(ErrorKind::kUsage, words, [&, &text = text] { SearchSpace(text, "space.toml"); });
  }
  expect_error(ErrorKind::kBadInput, {"space.toml, line 2", "not valid TOML"},
               [] { SearchSpace("flip = [true]\n= 3", "space.toml"); });
}

}  // namespace
}  // namespace heartlab
