#include <gtest/gtest.h>

#include "heartlab/labels/labels.h"
#include "tests/labels/mat_fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

template <typename... Parts>
std::vector<MatArray> list(Parts... parts) {
  std::vector<MatArray> all;
  (all.push_back(std::move(parts)), ...);
  return all;
}

std::string name_of_kind(const ::testing::TestParamInfo<MatFile>& item) {
  switch (item.param) {
    case MatFile::kV5:
      return "v5";
    case MatFile::kV5Compressed:
      return "v5_compressed";
    case MatFile::kV73:
      return "v73";
    default:
      return "v4";
  }
}

class matlab_contours : public ::testing::TestWithParam<MatFile> {
 protected:
  std::vector<LabelledContours> read(std::vector<MatArray> variables,
                                     const MatlabLayout& layout = {}) {
    write_mat(folder_ / "labels.mat", GetParam(), std::move(variables));
    return read_matlab_contours(folder_ / "labels.mat", layout);
  }

 private:
  TemporaryFolder folder_;
};

TEST_P(matlab_contours, a_struct_array_gives_an_element_an_image) {
  const auto labels =
      read(list(text("patient", "P-7"), doubles("origin", 1, 1, {1}),
                structs("contours", {"instance", "image", "endo", "epi", "image_size"},
                        list(doubles("", 1, 1, {59}), text("", "p/0059.dcm"), square(11, 21, 3),
                             square(11, 21, 5), doubles("", 1, 2, {64, 48}),
                             doubles("", 1, 1, {60}), text("", "p/0060.dcm"), square(12, 22, 3),
                             square(12, 22, 5), doubles("", 1, 2, {64, 48})))));
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[0].patient, "P-7");
  EXPECT_EQ(labels[0].instance_number, 59);
  EXPECT_EQ(labels[0].image_name, "p/0059.dcm");
  EXPECT_EQ(labels[0].rows, 64);
  EXPECT_EQ(labels[0].columns, 48);
  EXPECT_EQ(labels[0].endocardium.points.at(0), (Point{7, 17}));
  EXPECT_EQ(labels[0].epicardium.points.at(2), (Point{15, 25}));
  EXPECT_EQ(labels[1].instance_number, 60);
  EXPECT_EQ(labels[1].endocardium.points.at(0), (Point{8, 18}));
}

TEST_P(matlab_contours, york_cells_give_slice_and_phase) {
  std::vector<MatArray> parts;
  for (int i = 0; i < 6; ++i) {
    parts.push_back(i == 4 ? york(30, 40, 5, 8) : doubles("", 1, 1, {-99999}));
  }
  const auto labels = read(list(cells("manual_seg_32points", 2, 3, std::move(parts))));
  ASSERT_EQ(labels.size(), 1U);
  EXPECT_EQ(labels[0].slice, 0);
  EXPECT_EQ(labels[0].phase, 2);
  EXPECT_EQ(labels[0].instance_number, -1);
  ASSERT_EQ(labels[0].endocardium.points.size(), 32U);
  ASSERT_EQ(labels[0].epicardium.points.size(), 32U);
  EXPECT_EQ(labels[0].endocardium.points[0], (Point{34, 39}));
  EXPECT_EQ(labels[0].epicardium.points[0], (Point{37, 39}));
}

TEST_P(matlab_contours, other_names_of_variable_and_fields_can_be_given) {
  MatlabLayout layout;
  layout.variable = "expert2";
  layout.endo = "inner";
  layout.epi = "outer";
  layout.instance = "number";
  layout.image = "file";
  const auto variable = [](const char* name, double x) {
    return structs(
        name, {"inner", "outer", "number", "file"},
        list(square(x, 5, 2), square(x, 5, 4), doubles("", 1, 1, {3}), text("", "a.dcm")));
  };
  const auto labels = read(list(variable("expert1", 10), variable("expert2", 20)), layout);
  ASSERT_EQ(labels.size(), 1U);
  EXPECT_EQ(labels[0].endocardium.points.at(0), (Point{17, 2}));
  EXPECT_EQ(labels[0].instance_number, 3);
  EXPECT_EQ(labels[0].image_name, "a.dcm");
}

TEST_P(matlab_contours, the_origin_of_the_file_wins_over_that_of_the_layout) {
  MatlabLayout layout;
  layout.origin = 0;
  const auto contours = [] { return structs("c", {"endo"}, list(square(10, 10, 2))); };
  EXPECT_EQ(read(list(contours()), layout).at(0).endocardium.points.at(0), (Point{8, 8}));
  EXPECT_EQ(read(list(doubles("origin", 1, 1, {0.5}), contours())).at(0).endocardium.points.at(0),
            (Point{7.5, 7.5}));
}

TEST_P(matlab_contours, images_without_a_contour_are_left_out) {
  const auto labels = read(list(structs(
      "c", {"endo", "epi"},
      list(doubles("", 0, 0, {}), doubles("", 0, 2, {}), square(9, 9, 2), doubles("", 0, 0, {})))));
  ASSERT_EQ(labels.size(), 1U);
  EXPECT_EQ(labels[0].endocardium.points.size(), 4U);
  EXPECT_TRUE(labels[0].epicardium.points.empty());
}

INSTANTIATE_TEST_SUITE_P(, matlab_contours,
                         ::testing::Values(MatFile::kV5, MatFile::kV5Compressed, MatFile::kV73),
                         name_of_kind);

TEST(matlab_writer, what_is_written_is_read_back) {
  const TemporaryFolder folder;
  LabelledContours label;
  label.instance_number = 42;
  label.image_name = "M\xc3\xbcller/0042.dcm";
  label.rows = 64;
  label.columns = 48;
  label.endocardium.points = {{1.25, 2.5}, {10, 2.5}, {10, 9}};
  label.epicardium.points = {{0, 0}, {20, 0}, {20, 20}, {0, 20}};
  LabelledContours unnumbered = label;
  unnumbered.instance_number = -1;
  write_matlab_contours(folder / "a.mat", "P1", {label, unnumbered}, 1.5, 1.25);
  const auto back = read_matlab_contours(folder / "a.mat", {});
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].patient, "P1");
  EXPECT_EQ(back[0].instance_number, 42);
  EXPECT_EQ(back[0].image_name, label.image_name);
  EXPECT_EQ(back[0].rows, 64);
  EXPECT_EQ(back[0].columns, 48);
  EXPECT_EQ(back[0].endocardium.points, label.endocardium.points);
  EXPECT_EQ(back[0].epicardium.points, label.epicardium.points);
  EXPECT_EQ(back[1].instance_number, -1);
}

TEST(matlab_writer, another_program_reads_it) {
  const TemporaryFolder folder;
  LabelledContours label;
  label.instance_number = 42;
  label.image_name = "p/0042.dcm";
  label.endocardium.points = {{1, 2}, {10, 2}, {10, 9}};
  write_matlab_contours(folder / "a.mat", "P1", {label}, 1.5, 1.25);
  mat_t* mat = Mat_Open((folder / "a.mat").c_str(), MAT_ACC_RDONLY);
  ASSERT_NE(mat, nullptr);
  const MatArray contours(Mat_VarRead(mat, "contours"));
  Mat_Close(mat);
  ASSERT_NE(contours, nullptr);
  EXPECT_EQ(contours->class_type, MAT_C_STRUCT);
  EXPECT_EQ(Mat_VarGetNumberOfFields(contours.get()), 6U);
  const matvar_t* endo = Mat_VarGetStructFieldByName(contours.get(), "endo", 0);
  ASSERT_NE(endo, nullptr);
  EXPECT_EQ(endo->dims[0], 3U);
  EXPECT_EQ(endo->dims[1], 2U);
  EXPECT_EQ(static_cast<const double*>(endo->data)[1], 11);
  EXPECT_EQ(static_cast<const double*>(endo->data)[3], 3);
}

TEST(matlab_writer, the_same_contours_give_the_same_bytes) {
  const TemporaryFolder folder;
  LabelledContours label;
  label.endocardium.points = {{1, 2}, {10, 2}, {10, 9}};
  write_matlab_contours(folder / "a.mat", "P1", {label}, 1, 1);
  write_matlab_contours(folder / "b.mat", "P1", {label}, 1, 1);
  EXPECT_EQ(read_bytes(folder / "a.mat"), read_bytes(folder / "b.mat"));
}

}  // namespace
}  // namespace heartlab::testing
