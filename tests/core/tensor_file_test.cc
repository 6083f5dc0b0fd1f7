#include "heartlab/core/tensor_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;

template <typename T>
std::span<const std::uint8_t> bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(T)};
}

// A file of this header and so many zero bytes of data, its length field set apart where given.
Bytes file_of(const std::string& header, std::size_t data_bytes, std::uint64_t length) {
  Bytes file(8 + header.size() + data_bytes);
  std::memcpy(file.data(), &length, 8);
  std::copy(header.begin(), header.end(), file.begin() + 8);
  return file;
}

Bytes file_of(const std::string& header, std::size_t data_bytes) {
  return file_of(header, data_bytes, header.size());
}

void expect_refused(const Bytes& file, const std::string& why,
                    ErrorKind kind = ErrorKind::kBadInput) {
  expect_error(kind, {"attack.safetensors", why}, [&] { TensorFile(file, "attack.safetensors"); });
}

TEST(TensorFile, what_is_written_is_read_back) {
  TemporaryFolder folder;
  const std::vector<float> weights = {1.5F, -2, 3e30F, 0, 5, 6};
  const std::vector<std::int64_t> counts = {-1};
  write_tensor_file(folder / "a.safetensors",
                    {{"b.weight", {ElementType::kF32, {2, 3}, bytes_of(weights)}},
                     {"a.count", {ElementType::kI64, {}, bytes_of(counts)}}},
                    {{"network", "a \"quoted\" text\n"}});
  const TensorFile file(folder / "a.safetensors");
  EXPECT_EQ(to_floats(file.at("b.weight")), weights);
  EXPECT_EQ(file.at("b.weight").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(file.at("a.count").elements(), 1);
  EXPECT_EQ(file.metadata().at("network"), "a \"quoted\" text\n");
  EXPECT_TRUE(file.contains("a.count"));
  expect_error(ErrorKind::kBadInput, {"a.safetensors", "c.weight"}, [&] { file.at("c.weight"); });
}

TEST(TensorFile, a_file_without_tensors_is_a_file) {
  TemporaryFolder folder;
  write_tensor_file(folder / "empty", {}, {});
  EXPECT_TRUE(TensorFile(folder / "empty").tensors().empty());
}

TEST(TensorFile, data_begins_at_a_multiple_of_64_bytes) {
  TemporaryFolder folder;
  for (int length = 0; length < 70; ++length) {
    write_tensor_file(folder / "a", {}, {{"k", std::string(std::size_t(length), 'x')}});
    EXPECT_EQ(read_bytes(folder / "a").size() % 64, 0U);
  }
}

TEST(TensorFile, a_shape_that_disagrees_with_its_bytes_is_not_written) {
  TemporaryFolder folder;
  const std::vector<float> values(5);
  expect_error(ErrorKind::kInternal, {"a.weight"}, [&] {
    write_tensor_file(folder / "a", {{"a.weight", {ElementType::kF32, {2, 3}, bytes_of(values)}}},
                      {});
  });
  EXPECT_TRUE(list_files(folder.path()).empty());
}

TEST(TensorFile, every_floating_type_reads_as_float) {
  const std::vector<std::uint16_t> halves = {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x8000, 0x7C00};
  const auto from_half = to_floats({ElementType::kF16, {6}, bytes_of(halves)});
  EXPECT_EQ(from_half[0], 1);
  EXPECT_EQ(from_half[1], -2);
  EXPECT_EQ(from_half[2], 65504);
  EXPECT_EQ(from_half[3], 0x1p-24F);
  EXPECT_TRUE(std::signbit(from_half[4]));
  EXPECT_TRUE(std::isinf(from_half[5]));
  const std::vector<double> doubles = {0.1};
  EXPECT_EQ(to_floats({ElementType::kF64, {1}, bytes_of(doubles)})[0], 0.1F);
  const std::vector<std::uint16_t> brains = {0x3F80};
  EXPECT_EQ(to_floats({ElementType::kBF16, {1}, bytes_of(brains)})[0], 1);
  const std::vector<std::uint8_t> integers = {1};
  expect_error(ErrorKind::kBadInput, {"floating-point", "U8"}, [&] {
    to_floats({ElementType::kU8, {1}, bytes_of(integers)});
  });
}

TEST(BFloat16, rounds_to_the_nearest_and_ties_to_even) {
  EXPECT_EQ(to_bfloat16(1.0F), 0x3F80);
  EXPECT_EQ(to_bfloat16(1.0F + 0x1p-8F), 0x3F80);
  EXPECT_EQ(to_bfloat16(1.0F + 0x1.8p-7F), 0x3F82);
  EXPECT_EQ(to_bfloat16(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_TRUE(std::isnan(from_bfloat16(to_bfloat16(std::nanf("")))));
  EXPECT_TRUE(std::isnan(from_bfloat16(to_bfloat16(std::bit_cast<float>(0x7F800001)))));
  Generator generator(1);
  for (int i = 0; i < 1000; ++i) {
    const auto value = static_cast<float>(generator.normal());
    EXPECT_LE(std::abs(from_bfloat16(to_bfloat16(value)) - value), std::abs(value) * 0x1p-8F);
  }
}

TEST(TensorFileAttack, a_file_cut_anywhere_is_refused) {
  TemporaryFolder folder;
  const std::vector<float> values(6);
  write_tensor_file(folder / "a", {{"w", {ElementType::kF32, {6}, bytes_of(values)}}}, {});
  const Bytes whole = read_bytes(folder / "a");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    expect_refused(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(length)), "");
  }
}

TEST(TensorFileAttack, a_header_longer_than_the_file_is_refused) {
  for (const std::uint64_t length :
       {std::uint64_t{3}, std::uint64_t{1} << 40, ~std::uint64_t{0}, ~std::uint64_t{0} - 7}) {
    expect_refused(file_of("{}", 0, length), "past the file's end");
  }
}

TEST(TensorFileAttack, a_header_that_is_no_json_object_is_refused) {
  for (const std::string header :
       {"[]", "3", "{\"a\": }", "{\"a\": 3}", "{\"a\": {}}", "\xff\xfe{}", ""}) {
    expect_refused(file_of(header, 4), "not a safetensors file");
  }
  expect_refused(file_of(std::string(200000, '['), 4), "not a safetensors file");
  expect_refused(file_of(R"({"__metadata__": {"a": 3}})", 0), "not a safetensors file");
}

std::string tensor(const std::string& shape, const std::string& offsets,
                   const std::string& type = "F32") {
  return R"({"dtype": ")" + type + R"(", "shape": )" + shape + R"(, "data_offsets": )" + offsets +
         "}";
}

TEST(TensorFileAttack, a_shape_that_is_negative_or_overflows_is_refused) {
  const auto with_shape = [](const std::string& shape) {
    return file_of("{\"w\": " + tensor(shape, "[0, 4]") + "}", 4);
  };
  expect_refused(with_shape("[-1]"), "negative extent -1");
  expect_refused(with_shape("[-1, -1]"), "negative");
  expect_refused(with_shape("[4611686018427387905]"), "too large");
  expect_refused(with_shape("[4294967296, 4294967296]"), "too large");
  expect_refused(with_shape("[2]"), "expected 8 bytes");
  expect_refused(with_shape("[1.5]"), "integers");
  expect_refused(with_shape("[1e300]"), "integers");
  expect_refused(with_shape("[18446744073709551615]"), "integers");
  expect_refused(with_shape("[true]"), "integers");
}

TEST(TensorFileAttack, offsets_outside_the_data_are_refused) {
  const auto with_offsets = [](const std::string& offsets) {
    return file_of("{\"w\": " + tensor("[1]", offsets) + "}", 4);
  };
  expect_refused(with_offsets("[4, 8]"), "outside the file's 4 data bytes");
  expect_refused(with_offsets("[4, 0]"), "outside");
  expect_refused(with_offsets("[0]"), "outside");
  expect_refused(with_offsets("[18446744073709551612, 18446744073709551615]"), "integers");
  expect_refused(with_offsets("[-4, 0]"), "outside");
  expect_refused(with_offsets("[0.0, 4.0]"), "integers");
}

TEST(TensorFileAttack, tensors_that_overlap_are_refused) {
  expect_refused(
      file_of("{\"a\": " + tensor("[2]", "[0, 8]") + ", \"b\": " + tensor("[1]", "[4, 8]") + "}",
              8),
      "overlap");
}

TEST(TensorFileAttack, nesting_without_end_is_refused) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  expect_refused(file_of("{\"w\": " + tensor(deep, "[0, 4]") + "}", 4), "nested");
}

TEST(TensorFileAttack, an_unknown_element_type_is_named) {
  expect_refused(file_of("{\"w\": " + tensor("[1]", "[0, 1]", "F8_E4M3") + "}", 1), "F8_E4M3",
                 ErrorKind::kUnsupported);
}

}  // namespace
}  // namespace heartlab
