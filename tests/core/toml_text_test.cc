#include "heartlab/core/toml_text.h"

#include <gtest/gtest.h>

#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

TEST(TomlText, options_come_back_as_they_were) {
  const nlohmann::ordered_json options = {
      {"backbone", "resnet\"18\""}, {"flip", true},       {"rate", 1e-5}, {"seed", 7},
      {"splits", {0.5, 1.0}},       {"words", {"a", "b"}}};
  EXPECT_EQ(parse_toml(toml_text(options), "test"), options);
}

TEST(TomlText, tables_become_objects) {
  const auto json = parse_toml("rate = { min = 1, log = true }\n[a.b]\nc = [[1], []]\n", "test");
  EXPECT_EQ(json.dump(), R"({"a":{"b":{"c":[[1],[]]}},"rate":{"log":true,"min":1}})");
}

TEST(TomlText, what_is_wrong_is_named_with_its_line) {
  expect_error(ErrorKind::kBadInput, {"space.toml", "line 2", "not valid TOML"},
               [] { parse_toml("a = 1\nb =\n", "space.toml"); });
  expect_error(ErrorKind::kUsage, {"space.toml", "line 2", "expected text"},
               [] { parse_toml("a = 1\nb = 2020-01-01\n", "space.toml"); });
}

}  // namespace
}  // namespace heartlab
