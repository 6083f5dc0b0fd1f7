#include <gtest/gtest.h>

#include <map>

#include "heartlab/image/contour.h"
#include "heartlab/labels/labels.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

// The text contours of a patient, by instance.
std::map<int, LabelledContours> text_contours(const std::string& patient) {
  std::map<int, LabelledContours> labels;
  for (const auto& file : list_files(*sunnybrook() / "contours" / patient)) {
    if (!is_scd_contour_name(file)) continue;
    const LabelledContours part = read_scd_contour(file);
    LabelledContours& whole = labels.try_emplace(part.instance_number, part).first->second;
    for (const auto side : {&LabelledContours::endocardium, &LabelledContours::epicardium}) {
      if (!(part.*side).points.empty()) whole.*side = part.*side;
    }
  }
  return labels;
}

TEST(real_hearts_labels, matlab_files_of_every_kind_hold_the_text_contours) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const std::map<std::string, std::size_t> kFiles = {{"SC-HF-I-01.mat", 9},
                                                     {"SC-HF-I-02.mat", 9},
                                                     {"SC-HF-I-04.mat", 10},
                                                     {"SC-HF-I-04_v73.mat", 10},
                                                     {"SC-HF-I-05.mat", 9}};
  for (const auto& [file, count] : kFiles) {
    const auto labels = read_matlab_contours(*sunnybrook() / "matlab" / file, {});
    EXPECT_EQ(labels.size(), count) << file;
    const auto texts = text_contours(file.substr(0, 10));
    for (const auto& label : labels) {
      const auto& expected = texts.at(label.instance_number);
      EXPECT_EQ(label.patient, expected.patient);
      EXPECT_EQ(label.rows, 256);
      expect_mask_eq(rasterise(expected.endocardium, 256, 256),
                     rasterise(label.endocardium, 256, 256));
      expect_mask_eq(rasterise(expected.epicardium, 256, 256),
                     rasterise(label.epicardium, 256, 256));
    }
  }
}

TEST(real_hearts_labels, york_cells_hold_the_same_contours_resampled) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const auto labels = read_matlab_contours(*sunnybrook() / "matlab" / "SC-HF-I-01_cells.mat", {});
  const auto texts = text_contours("SC-HF-I-01");
  ASSERT_EQ(labels.size(), 9U);
  for (const auto& label : labels) {
    const auto& expected = texts.at(label.slice * 20 + label.phase + 1);
    EXPECT_GT(
        dice(rasterise(expected.endocardium, 256, 256), rasterise(label.endocardium, 256, 256)),
        0.98);
    EXPECT_GT(dice(rasterise(expected.epicardium, 256, 256), rasterise(label.epicardium, 256, 256)),
              0.98);
  }
}

TEST(real_hearts_labels, every_text_contour_is_read) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  std::size_t inner = 0, outer = 0;
  for (const char* patient : {"SC-HF-I-01", "SC-HF-I-02", "SC-HF-I-04", "SC-HF-I-05"}) {
    for (const auto& [instance, label] : text_contours(patient)) {
      inner += label.endocardium.points.empty() ? 0 : 1;
      outer += label.epicardium.points.empty() ? 0 : 1;
    }
  }
  EXPECT_EQ(inner, 74U);
  EXPECT_EQ(outer, 37U);
  for (const auto& file : list_files(*sunnybrook() / "ep" / "contours")) {
    EXPECT_NO_THROW(read_scd_contour(file)) << file;
  }
}

TEST(real_hearts_labels, every_png_mask_is_read) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  for (const char* kind : {"labels", "myocardium"}) {
    for (const auto& file : list_files(*sunnybrook() / "png" / kind)) {
      EXPECT_GT(count_set(read_mask_png(file)), 0U) << file;
    }
  }
}

}  // namespace
}  // namespace heartlab::testing
