#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "heartlab/core/random.h"
#include "heartlab/core/tensor_file.h"
#include "tests/capi/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

void expect_refused(const Path& file, heartlab_status status,
                    const std::vector<std::string>& words) {
  heartlab_model* model = reinterpret_cast<heartlab_model*>(1);
  expect_failure(status, heartlab_open(file.c_str(), nullptr, &model), words);
  EXPECT_EQ(model, nullptr);
  EXPECT_NE(std::string(heartlab_last_error()).find(file.filename()), std::string::npos);
}

TEST(CapiModel, a_missing_file_or_a_folder_is_named) {
  const TemporaryFolder folder;
  expect_refused(folder / "none.safetensors", HEARTLAB_NOT_FOUND, {});
  heartlab_model* model = nullptr;
  EXPECT_NE(heartlab_open(folder.path().c_str(), nullptr, &model), HEARTLAB_OK);
}

TEST(CapiModel, cut_anywhere_it_is_refused) {
  const TemporaryFolder folder;
  const Bytes whole = read_bytes(HEARTLAB_MODEL);
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{9},
        std::size_t{4096}, whole.size() / 2, whole.size() - 1}) {
    const Path file = folder / "cut.safetensors";
    write_bytes(file, std::span(whole).first(length));
    expect_refused(file, HEARTLAB_BAD_INPUT, {});
  }
}

TEST(CapiModel, a_damaged_header_is_refused) {
  const TemporaryFolder folder;
  const Bytes whole = read_bytes(HEARTLAB_MODEL);
  for (const std::size_t at : {8U, 9U, 30U, 100U}) {
    Bytes damaged(whole.begin(), whole.begin() + 1'000'000);
    damaged[at] ^= 0xff;
    write_bytes(folder / "damaged.safetensors", damaged);
    expect_refused(folder / "damaged.safetensors", HEARTLAB_BAD_INPUT, {});
  }
  Bytes oversized(whole.begin(), whole.begin() + 1000);
  std::fill_n(oversized.begin(), 8, std::uint8_t{0xff});  // the header's length
  write_bytes(folder / "oversized.safetensors", oversized);
  expect_refused(folder / "oversized.safetensors", HEARTLAB_BAD_INPUT, {"past the file's end"});
  std::fill_n(oversized.begin(), 7, std::uint8_t{0});
  oversized[7] = 0x10;  // 2^60
  write_bytes(folder / "oversized.safetensors", oversized);
  expect_refused(folder / "oversized.safetensors", HEARTLAB_BAD_INPUT, {"past the file's end"});
}

TEST(CapiModel, a_stranger_s_file_is_refused) {
  const TemporaryFolder folder;
  write_text(folder / "readme.txt", "Not a model, but a text of more than eight bytes.\n");
  expect_refused(folder / "readme.txt", HEARTLAB_BAD_INPUT, {"not a safetensors file"});
  Generator generator(1);
  Bytes noise(100'000);
  for (auto& byte : noise) byte = static_cast<std::uint8_t>(generator.below(256));
  write_bytes(folder / "noise.safetensors", noise);
  expect_refused(folder / "noise.safetensors", HEARTLAB_BAD_INPUT, {});
  // What PyTorch saves: a zip archive.
  write_text(folder / "weights.pth", "PK\x03\x04 and more than eight bytes of an archive");
  expect_refused(folder / "weights.pth", HEARTLAB_BAD_INPUT, {"not a safetensors file"});
  const Bytes weight(4, 0);
  write_tensor_file(folder / "foreign.safetensors", {{"weight", {ElementType::kF32, {1}, weight}}},
                    {});
  expect_refused(folder / "foreign.safetensors", HEARTLAB_BAD_INPUT, {"not a HeartLab model"});
}

TEST(CapiModel, one_weight_that_is_no_number_is_refused_and_named) {
  const TemporaryFolder folder;
  const TensorFile good(Path(HEARTLAB_MODEL));
  auto tensors = good.tensors();
  auto& [name, view] = *tensors.begin();
  ASSERT_EQ(view.type, ElementType::kBF16);
  Bytes bytes(view.bytes.begin(), view.bytes.end());
  bytes[0] = 0xc0;  // the first weight becomes NaN
  bytes[1] = 0x7f;
  view.bytes = bytes;
  write_tensor_file(folder / "nan.safetensors", tensors, good.metadata());
  expect_refused(folder / "nan.safetensors", HEARTLAB_BAD_INPUT, {name, "NaN"});
}

TEST(CapiModel, a_weight_of_another_shape_is_refused_and_named) {
  const TemporaryFolder folder;
  const TensorFile good(Path(HEARTLAB_MODEL));
  auto tensors = good.tensors();
  auto& [name, view] = *tensors.begin();
  std::ranges::reverse(view.shape);
  view.shape.push_back(1);
  write_tensor_file(folder / "turned.safetensors", tensors, good.metadata());
  expect_refused(folder / "turned.safetensors", HEARTLAB_BAD_INPUT, {name, "expected shape"});
}

TEST(CapiModel, a_missing_weight_is_named) {
  const TemporaryFolder folder;
  const TensorFile good(Path(HEARTLAB_MODEL));
  auto tensors = good.tensors();
  const std::string name = tensors.begin()->first;
  tensors.erase(name);
  write_tensor_file(folder / "less.safetensors", tensors, good.metadata());
  expect_refused(folder / "less.safetensors", HEARTLAB_BAD_INPUT, {name});
}

TEST(CapiModel, a_description_that_contradicts_itself_is_bad_input) {
  const TemporaryFolder folder;
  const TensorFile good(Path(HEARTLAB_MODEL));
  const auto refused = [&](const std::string& from, const std::string& to,
                           const std::vector<std::string>& words) {
    auto metadata = good.metadata();
    std::string& text = metadata.at("heartlab.model");
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    write_tensor_file(folder / "odd.safetensors", good.tensors(), metadata);
    expect_refused(folder / "odd.safetensors", HEARTLAB_BAD_INPUT, words);
  };
  refused("\"output_stride\":16", "\"output_stride\":9", {"output_stride"});
  refused("\"class_names\":[", "\"class_names\":[\"more\",", {"2 classes", "3"});
  refused("\"size\":", "\"size\":4294967297,\"was\":", {"size", "4294967297"});
}

TEST(CapiModel, a_negative_variance_is_refused_and_named) {
  const TemporaryFolder folder;
  const TensorFile good(Path(HEARTLAB_MODEL));
  auto tensors = good.tensors();
  TensorView& view = tensors.at("backbone.bn1.running_var");
  Bytes bytes(view.bytes.begin(), view.bytes.end());
  bytes[element_size(view.type) - 1] ^= 0x80;  // the sign of the first
  view.bytes = bytes;
  write_tensor_file(folder / "negative.safetensors", tensors, good.metadata());
  expect_refused(folder / "negative.safetensors", HEARTLAB_BAD_INPUT,
                 {"backbone.bn1.running_var", "variances"});
}

TEST(CapiModel, options_out_of_range_are_named) {
  const auto refused = [](const std::vector<std::string>& words, const auto& change) {
    heartlab_options options = HEARTLAB_OPTIONS;
    change(options);
    heartlab_model* model = nullptr;
    expect_failure(HEARTLAB_USAGE, heartlab_open(HEARTLAB_MODEL, &options, &model), words);
    EXPECT_EQ(model, nullptr);
  };
  refused({"size"}, [](auto& options) { options.size = 0; });
  refused({"engine", "abacus"}, [](auto& options) { options.engine = "abacus"; });
  refused({"device", "tpu"}, [](auto& options) { options.device = "tpu"; });
  refused({"precision", "int4"}, [](auto& options) { options.precision = "int4"; });
  refused({"threads", "-1"}, [](auto& options) { options.threads = -1; });
  refused({"views", "3"}, [](auto& options) { options.views = 3; });
  EXPECT_EQ(std::string(heartlab_last_error()).find("--"), std::string::npos)
      << "no option of a command line";
}

}  // namespace
}  // namespace heartlab::testing
