#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "heartlab/labels/labels.h"
#include "tests/labels/mat_fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

void expect_unreadable(MatFile kind, MatArray variable, std::vector<std::string> words,
                       const MatlabLayout& layout = {}) {
  const TemporaryFolder folder;
  const Path file = folder / "labels.mat";
  std::vector<MatArray> variables;
  variables.push_back(doubles("volume", 3, 2, {1, 2, 3, 4, 5, 6}));
  variables.push_back(std::move(variable));
  write_mat(file, kind, std::move(variables));
  words.push_back(file.string());
  expect_error(ErrorKind::kBadInput, words, [&] { read_matlab_contours(file, layout); });
}

MatArray one_struct(MatArray endo, MatArray instance) {
  std::vector<MatArray> parts;
  parts.push_back(std::move(endo));
  parts.push_back(std::move(instance));
  return structs("contours", {"endo", "instance"}, std::move(parts));
}

MatArray one_cell(MatArray part) {
  std::vector<MatArray> parts;
  parts.push_back(std::move(part));
  parts.push_back(doubles("", 1, 1, {-99999}));
  return cells("segmentation", 1, 2, std::move(parts));
}

TEST(broken_matlab, other_files_are_not_matlab) {
  const TemporaryFolder folder;
  for (const std::string& content : {std::string(), std::string("x y\n1 2\n"),
                                     std::string(4096, '\0'), std::string(4096, 'M')}) {
    write_text(folder / "a.mat", content);
    expect_error(ErrorKind::kBadInput, {(folder / "a.mat").string(), "expected a MATLAB file"},
                 [&] { read_matlab_contours(folder / "a.mat", {}); });
  }
  expect_error(ErrorKind::kNotFound, {"/nowhere/a.mat"},
               [] { read_matlab_contours("/nowhere/a.mat", {}); });
}

TEST(broken_matlab, without_a_variable_that_fits_those_found_are_listed) {
  for (const auto kind : {MatFile::kV4, MatFile::kV5, MatFile::kV73}) {
    expect_unreadable(kind, doubles("mask", 1, 2, {0, 1}),
                      {"volume (3x2 double)", "mask (1x2 double)", "'endo'", "'epi'"});
  }
  MatlabLayout layout;
  layout.variable = "contour";
  expect_unreadable(MatFile::kV5, one_struct(square(9, 9, 2), doubles("", 1, 1, {1})),
                    {"'contour'", "contours (1x1 struct: endo, instance)"}, layout);
}

TEST(broken_matlab, a_field_that_was_asked_for_by_name_must_be_there) {
  MatlabLayout layout;
  layout.epi = "endo";
  layout.endo = "inner";  // without which every image would be called incomplete
  expect_unreadable(MatFile::kV5, one_struct(square(9, 9, 2), doubles("", 1, 1, {1})),
                    {"'contours'", "the field 'inner'", "found endo, instance"}, layout);
}

TEST(broken_matlab, empty_contours_are_an_error_that_lists_the_variables) {
  expect_unreadable(MatFile::kV5, one_struct(doubles("", 0, 0, {}), doubles("", 1, 1, {1})),
                    {"'contours'", "holds no contours", "volume (3x2 double)"});
}

TEST(broken_matlab, a_bad_element_costs_no_other_where_its_error_is_taken) {
  const TemporaryFolder folder;
  std::vector<MatArray> parts, variables;
  for (const double rows : {4, 2, 4}) {
    parts.push_back(rows == 4 ? square(9, 9, 2) : doubles("", 2, 2, {1, 2, 3, 4}));
    parts.push_back(doubles("", 1, 1, {7}));
  }
  variables.push_back(structs("contours", {"endo", "instance"}, std::move(parts)));
  write_mat(folder / "a.mat", MatFile::kV5, std::move(variables));
  std::vector<std::string> bad;
  const auto labels = read_matlab_contours(
      folder / "a.mat", {}, [&](const Error& error) { bad.emplace_back(error.what()); });
  EXPECT_EQ(labels.size(), 2U);
  ASSERT_EQ(bad.size(), 1U);
  EXPECT_NE(bad[0].find("a.mat: contours(2).endo"), std::string::npos) << bad[0];
}

TEST(broken_matlab, a_field_of_the_wrong_shape_is_named_with_its_size) {
  for (const auto kind : {MatFile::kV5, MatFile::kV73}) {
    expect_unreadable(kind,
                      one_struct(doubles("", 2, 4, {1, 2, 3, 4, 5, 6, 7, 8}), square(1, 1, 1)),
                      {"contours(1).endo", "Mx2", "2x4 double"});
    expect_unreadable(kind, one_struct(text("", "none"), doubles("", 1, 1, {1})),
                      {"contours(1).endo", "1x4 char"});
    expect_unreadable(kind, one_struct(square(9, 9, 2), doubles("", 1, 2, {1, 2})),
                      {"contours(1).instance", "1x2 double"});
    expect_unreadable(kind, one_struct(square(9, 9, 2), doubles("", 1, 1, {1.5})),
                      {"contours(1).instance", "1.5"});
    expect_unreadable(kind, one_struct(square(NAN, 9, 2), doubles("", 1, 1, {1})),
                      {"contours(1).endo", "row 1", "nan"});
  }
}

TEST(broken_matlab, a_cell_of_the_wrong_shape_is_named_with_its_size) {
  expect_unreadable(MatFile::kV5, one_cell(square(9, 9, 2)),
                    {"segmentation{1,1}", "65x2", "4x2 double"});
  MatArray shifted = york(30, 30, 4, 6);
  static_cast<double*>(shifted->data)[32] = 7;
  expect_unreadable(MatFile::kV5, one_cell(std::move(shifted)),
                    {"segmentation{1,1}, row 33", "found 7 0"});
}

// Reads a broken copy: an Error or contours, but neither a crash nor another exception.
void read_broken(const Path& file, const Bytes& bytes) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
  try {
    read_matlab_contours(file, {});
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(file.string()), std::string::npos) << error.what();
  }
}

Bytes good_file(MatFile kind) {
  const TemporaryFolder folder;
  std::vector<MatArray> variables;
  variables.push_back(one_struct(square(9, 9, 2), doubles("", 1, 1, {1})));
  write_mat(folder / "a.mat", kind, std::move(variables));
  return read_bytes(folder / "a.mat");
}

TEST(broken_matlab, cut_files_do_no_harm) {
  const TemporaryFolder folder;
  for (const auto kind : {MatFile::kV5, MatFile::kV5Compressed, MatFile::kV73}) {
    const Bytes whole = good_file(kind);
    const std::size_t step = kind == MatFile::kV73 ? 997 : 11;
    for (std::size_t length = 0; length < whole.size(); length += step) {
      read_broken(folder / "a.mat", Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(length)));
    }
  }
}

TEST(broken_matlab, changed_bytes_do_no_harm) {
  const TemporaryFolder folder;
  for (const auto kind : {MatFile::kV5, MatFile::kV73}) {
    const Bytes whole = good_file(kind);
    const std::size_t step = kind == MatFile::kV73 ? 499 : 3;
    for (std::size_t at = 0; at < whole.size(); at += step) {
      Bytes changed = whole;
      changed[at] ^= 0xff;
      read_broken(folder / "a.mat", changed);
    }
  }
}

}  // namespace
}  // namespace heartlab::testing
