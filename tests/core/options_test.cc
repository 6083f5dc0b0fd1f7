#include "heartlab/core/options.h"

#include <gmock/gmock.h>

#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;
using testing::expect_error;
using testing::TemporaryFolder;

struct Settings {
  int size = 513;
  double rate = 2.5e-4;
  bool flip = false;
  std::uint64_t seed = 1;
  std::string network = "deeplabv3";
  Path data;
  std::vector<int> atrous_rates = {6, 12, 18};
  std::vector<std::string> phases;

  OptionTable table() {
    OptionTable result;
    result.add("size", size, "side in pixels").range(1, 4096);
    result.add("train.learning_rate", rate, "of the first phase");
    result.add("train.flip", flip, "mirror at random");
    result.add("seed", seed, "of everything random");
    result.add("network", network, "architecture").one_of({"deeplabv2", "deeplabv3"});
    result.add("data", data, "prepared data set");
    result.add("atrous_rates", atrous_rates, "of the ASPP").range(1, 64);
    result.add("phases", phases, "in their order");
    return result;
  }
};

TEST(Options, a_toml_file_sets_every_kind_of_field) {
  Settings settings;
  settings.table().load_toml_text(
      "size = 256\nseed = 18446744073709\nnetwork = 'deeplabv2'\ndata = 'a b/c'\n"
      "atrous_rates = [6, 12, 18, 24]\nphases = ['poly', 'fixed']\n"
      "[train]\nlearning_rate = 1e-3\nflip = true\n",
      "study.toml");
  EXPECT_EQ(settings.size, 256);
  EXPECT_EQ(settings.seed, 18446744073709U);
  EXPECT_EQ(settings.network, "deeplabv2");
  EXPECT_EQ(settings.data, Path("a b/c"));
  EXPECT_THAT(settings.atrous_rates, ElementsAre(6, 12, 18, 24));
  EXPECT_THAT(settings.phases, ElementsAre("poly", "fixed"));
  EXPECT_DOUBLE_EQ(settings.rate, 1e-3);
  EXPECT_TRUE(settings.flip);
}

TEST(Options, a_command_line_value_may_be_a_list) {
  Settings settings;
  OptionTable table = settings.table();
  table.set("atrous_rates", "1,2,3", "--atrous-rates");
  table.set_assignment("train.learning_rate=0.5");
  EXPECT_THAT(settings.atrous_rates, ElementsAre(1, 2, 3));
  EXPECT_DOUBLE_EQ(settings.rate, 0.5);
  table.set("atrous_rates", "", "--atrous-rates");
  EXPECT_TRUE(settings.atrous_rates.empty());
}

TEST(Options, an_unknown_key_names_the_line_and_the_nearest_known_one) {
  Settings settings;
  OptionTable table = settings.table();
  expect_error(
      ErrorKind::kUsage,
      {"study.toml, line 3", "train.learning_rat", "did you mean 'train.learning_rate'"},
      [&] { table.load_toml_text("size = 256\n[train]\nlearning_rat = 1\n", "study.toml"); });
  expect_error(ErrorKind::kUsage, {"--set", "sise", "did you mean 'size'"},
               [&] { table.set_assignment("sise=3"); });
}

TEST(Options, a_value_of_the_wrong_type_names_what_was_expected_and_found) {
  Settings settings;
  OptionTable table = settings.table();
  const auto refuses = [&](const char* key, const char* value, std::vector<std::string> words) {
    expect_error(ErrorKind::kUsage, words, [&] { table.set(key, value, "--x"); });
  };
  refuses("size", "big", {"--x: size", "an integer", "'big'"});
  refuses("size", "3.5", {"an integer", "'3.5'"});
  refuses("size", "12 ", {"an integer"});
  refuses("size", "", {"an integer"});
  refuses("seed", "-1", {"an integer"});
  refuses("train.learning_rate", "nan", {"a number"});
  refuses("train.learning_rate", "inf", {"a number"});
  refuses("train.flip", "maybe", {"true or false", "'maybe'"});
  refuses("size", "5000", {"1 to 4096", "5000"});
  refuses("atrous_rates", "6,99", {"1 to 64", "99"});
  refuses("network", "unet", {"deeplabv2, deeplabv3", "'unet'"});
}

TEST(Options, toml_that_is_not_valid_names_the_line) {
  Settings settings;
  OptionTable table = settings.table();
  expect_error(ErrorKind::kBadInput, {"study.toml, line 2", "not valid TOML"},
               [&] { table.load_toml_text("size = 3\nseed = = 4\n", "study.toml"); });
  expect_error(ErrorKind::kUsage, {"study.toml, line 2", "size", "one value, found 2"},
               [&] { table.load_toml_text("\nsize = [1, 2]\n", "study.toml"); });
  expect_error(ErrorKind::kUsage, {"study.toml, line 1", "seed"},
               [&] { table.load_toml_text("seed = 2018-01-01\n", "study.toml"); });
}

TEST(Options, a_file_that_is_not_there_is_named) {
  Settings settings;
  expect_error(ErrorKind::kNotFound, {"absent.toml"},
               [&] { settings.table().load_toml("absent.toml"); });
}

TEST(Options, an_assignment_without_a_key_or_a_value_is_refused) {
  Settings settings;
  OptionTable table = settings.table();
  expect_error(ErrorKind::kUsage, {"key=value", "'size'"}, [&] { table.set_assignment("size"); });
  expect_error(ErrorKind::kUsage, {"key=value"}, [&] { table.set_assignment("=3"); });
}

TEST(Options, json_holds_every_value_and_gives_it_back) {
  Settings settings;
  settings.rate = 1.0 / 3;
  settings.data = "some where";
  settings.phases = {"a", "b"};
  const auto json = settings.table().to_json();
  Settings again;
  again.table().from_json(json, "run.json");
  EXPECT_EQ(again.table().to_json(), json);
  EXPECT_DOUBLE_EQ(again.rate, settings.rate);
  expect_error(ErrorKind::kBadInput, {"run.json"},
               [&] { again.table().from_json(nlohmann::ordered_json::array(), "run.json"); });
}

TEST(Options, the_default_is_kept_as_text_for_help) {
  Settings settings;
  const OptionTable table = settings.table();
  EXPECT_EQ(table.options()[0].initial, "513");
  EXPECT_EQ(table.options()[1].initial, "0.00025");
  EXPECT_EQ(table.options()[2].initial, "false");
  EXPECT_EQ(table.options()[6].initial, "6,12,18");
}

TEST(NearestWord, is_none_where_no_word_is_near) {
  EXPECT_EQ(nearest_word("momentun", {"rate", "momentum"}), "momentum");
  EXPECT_EQ(nearest_word("xyzzy", {"rate", "momentum"}), "");
  EXPECT_EQ(nearest_word("", {}), "");
}

}  // namespace
}  // namespace heartlab
