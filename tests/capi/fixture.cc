#include "tests/capi/fixture.h"

#include <gmock/gmock.h>

#include "heartlab/core/files.h"
#include "heartlab/dicom/reader.h"
#include "heartlab/phantom/cohort.h"
#include "tests/support/support.h"

namespace heartlab::testing {

Model open_cavity() {
  heartlab_options options = HEARTLAB_OPTIONS;
  options.threads = 1;
  options.views = 1;
  heartlab_model* model = nullptr;
  EXPECT_EQ(heartlab_open(HEARTLAB_MODEL, &options, &model), HEARTLAB_OK) << heartlab_last_error();
  return Model(model);
}

const std::vector<Image>& hearts() {
  static const std::vector<Image> all = [] {
    const TemporaryFolder folder;
    PhantomOptions options;
    options.patients = 1;
    options.slices = 2;
    options.phases = 2;
    options.out = folder / "cohort";
    write_phantom(options);
    std::vector<Image> images;
    for (const auto& file : list_files(folder / "cohort/dicom")) {
      images.push_back(read_dicom(file).front().image);
    }
    return images;
  }();
  return all;
}

Mask mask_of(const heartlab_model* model, const heartlab_image& image) {
  Mask mask(image.rows, image.columns, 7);
  EXPECT_EQ(heartlab_segment(model, &image, mask.pixels.data(), nullptr), HEARTLAB_OK)
      << heartlab_last_error();
  return mask;
}

Mask mask_of(const heartlab_model* model, const Image& image) {
  return mask_of(model, Passed<float>(image, HEARTLAB_FLOAT32).image);
}

void expect_failure(heartlab_status expected, heartlab_status found,
                    const std::vector<std::string>& words) {
  EXPECT_EQ(expected, found) << heartlab_last_error();
  for (const auto& word : words) EXPECT_THAT(heartlab_last_error(), ::testing::HasSubstr(word));
}

}  // namespace heartlab::testing
