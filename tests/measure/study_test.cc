#include "heartlab/measure/study.h"

#include <gmock/gmock.h>

#include "heartlab/core/json.h"
#include "heartlab/dicom/seg.h"
#include "heartlab/phantom/cohort.h"
#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;
using testing::TemporaryFolder;

PhantomOptions cohort(const Path& out) {
  PhantomOptions options;
  options.patients = 2;
  options.slices = 5;
  options.size = 96;
  options.pixel_spacing = 2.6;
  options.dark = 0;
  options.out = out;
  return options;
}

MeasureOptions by_contours(const Path& from, const Path& out) {
  MeasureOptions options;
  options.inputs = {from / "dicom"};
  options.labels = {from / "matlab"};
  options.out = out;
  return options;
}

Json read(const Path& file) { return parse_json<Json>(read_text(file), file.string()); }

TEST(MeasureStudy, of_several_stacks_each_has_a_folder_and_a_line) {
  const TemporaryFolder folder;
  write_phantom(cohort(folder / "cohort"));
  MeasureOptions options = by_contours(folder / "cohort", folder / "out");
  options.rv_insertion = {30, 30};
  const MeasureSummary summary = measure_studies({}, options);
  EXPECT_EQ(summary.lines.size(), 2U);
  const std::string csv = read_text(folder / "out/measurements.csv");
  EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
  EXPECT_THAT(csv, ::testing::HasSubstr("LVEDV,LVESV,LVSV,LVEF,LVM"));
  for (const char* name : {"volumes.csv", "volume_curve.png", "bullseye.png", "sr.dcm", "sc-1.dcm",
                           "sc-2.dcm", "report.png", "contours.png"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / "out/PHANTOM-002" / name)) << name;
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "out/manifest.json"));
}

TEST(MeasureStudy, the_same_work_gives_the_same_bytes) {
  const TemporaryFolder folder;
  write_phantom(cohort(folder / "cohort"));
  MeasureOptions options = by_contours(folder / "cohort", folder / "out");
  measure_studies({}, options);
  const std::string first = sha256_of_file(folder / "out/PHANTOM-001/sr.dcm");
  const std::string json = read_text(folder / "out/measurements.json");
  measure_studies({}, options);
  EXPECT_EQ(sha256_of_file(folder / "out/PHANTOM-001/sr.dcm"), first);
  EXPECT_EQ(read_text(folder / "out/measurements.json"), json);
}

TEST(MeasureStudy, a_network_draws_where_no_contours_are_given_and_a_seg_holds_what_it_drew) {
  const TemporaryFolder folder;
  auto phantom = cohort(folder / "cohort");
  phantom.patients = 1;
  write_phantom(phantom);
  Segmenter cavity = testing::threshold_segmenter(folder.path(), "cavity", 96, 170);
  MeasureOptions options;
  options.inputs = {folder / "cohort/dicom"};
  options.cavity_model = folder / "cavity.safetensors";
  options.out = folder / "out";
  measure_studies({&cavity, nullptr}, options);
  EXPECT_TRUE(std::filesystem::exists(folder / "out/seg.dcm"));
  EXPECT_TRUE(std::filesystem::exists(folder / "out/sr.dcm"));
  const Json stack = read(folder / "out/measurements.json").at("stacks").at(0);
  EXPECT_THAT(stack.at("refused").at("LVM").get<std::string>(), ::testing::HasSubstr("drawn"));
  EXPECT_EQ(read(folder / "out/manifest.json").at("models").at(0).at("structure"), "cavity");
}

TEST(MeasureStudy, the_report_refers_to_the_seg_that_is_written_beside_it) {
  const TemporaryFolder folder;
  auto phantom = cohort(folder / "cohort");
  phantom.patients = 1;
  write_phantom(phantom);
  Segmenter cavity = testing::threshold_segmenter(folder.path(), "cavity", 96, 170);
  Segmenter myocardium = testing::threshold_segmenter(folder.path(), "myocardium", 96, 60);
  MeasureOptions options;
  options.inputs = {folder / "cohort/dicom"};
  options.out = folder / "out";
  measure_studies({&cavity, &myocardium}, options);
  const Seg seg = read_seg(folder / "out/seg.dcm");
  EXPECT_EQ(seg.segments.size(), 2U);
  // UIDs stand in the uncompressed file as they are.
  const std::string report = read_text(folder / "out/sr.dcm");
  EXPECT_THAT(report, ::testing::HasSubstr(seg.sop_instance_uid));
  EXPECT_THAT(report, ::testing::HasSubstr(seg.series_uid));
}

TEST(MeasureStudy, a_network_of_the_other_structure_is_an_error) {
  const TemporaryFolder folder;
  write_phantom(cohort(folder / "cohort"));
  Segmenter cavity = testing::threshold_segmenter(folder.path(), "cavity", 96, 170);
  MeasureOptions options;
  options.inputs = {folder / "cohort/dicom"};
  options.myocardium_model = folder / "cavity.safetensors";
  options.out = folder / "out";
  testing::expect_error(ErrorKind::kUsage,
                        {"--myocardium-model", "of the myocardium", "of the cavity"}, [&] {
                          measure_studies({nullptr, &cavity}, options);
                        });
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(MeasureStudy, an_insertion_beside_the_images_is_an_error) {
  const TemporaryFolder folder;
  auto phantom = cohort(folder / "cohort");
  phantom.patients = 1;
  write_phantom(phantom);
  MeasureOptions options = by_contours(folder / "cohort", folder / "out");
  options.rv_insertion = {960, 30};
  testing::expect_error(ErrorKind::kUsage, {"--rv-insertion", "x 960.0", "96 columns"},
                        [&] { measure_studies({}, options); });
}

TEST(MeasureStudy, an_insertion_of_four_numbers_is_an_error_and_writes_nothing) {
  const TemporaryFolder folder;
  auto phantom = cohort(folder / "cohort");
  phantom.patients = 1;
  write_phantom(phantom);
  MeasureOptions options = by_contours(folder / "cohort", folder / "out");
  options.rv_insertion = {1, 2, 3, 4};
  testing::expect_error(ErrorKind::kUsage, {"--rv-insertion", "found 4"},
                        [&] { measure_studies({}, options); });
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(MeasureStudy, nothing_to_draw_with_and_two_ways_to_draw_are_errors) {
  const TemporaryFolder folder;
  write_phantom(cohort(folder / "cohort"));
  MeasureOptions options = by_contours(folder / "cohort", folder / "out");
  Segmenter cavity = testing::threshold_segmenter(folder.path(), "cavity", 96);
  testing::expect_error(ErrorKind::kUsage, {"--labels", "both"}, [&] {
    measure_studies({&cavity, nullptr}, options);
  });
  options.labels.clear();
  testing::expect_error(ErrorKind::kUsage, {"--labels", "--cavity-model"},
                        [&] { measure_studies({}, options); });
}

TEST(MeasureStudy, each_network_has_the_options_of_its_own_structure) {
  const TemporaryFolder folder;
  MeasureOptions options;
  options.cavity_model = testing::write_model(folder / "c.safetensors", "cavity", 32);
  options.myocardium_model = testing::write_model(folder / "m.safetensors", "myocardium", 32);
  options.engine.clean_up.ring = true;
  options.engine.with = {options.myocardium_model, options.cavity_model};
  EXPECT_FALSE(options.engine_of("cavity").clean_up.ring);
  EXPECT_TRUE(options.engine_of("myocardium").clean_up.ring);
  EXPECT_THAT(options.engine_of("cavity").with, ::testing::ElementsAre(options.cavity_model));
  EXPECT_THAT(options.engine_of("myocardium").with,
              ::testing::ElementsAre(options.myocardium_model));
  options.myocardium_model.clear();
  testing::expect_error(ErrorKind::kUsage, {"--with", "m.safetensors", "myocardium"},
                        [&] { options.engine_of("cavity"); });
}

TEST(MeasureStudy, real_hearts_with_nonconformant_headers_are_measured) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const TemporaryFolder folder;
  const Path data = *testing::sunnybrook();
  MeasureOptions options;
  options.inputs = {data / "dicom/SC-HF-I-01"};
  options.labels = {data / "contours/SC-HF-I-01"};
  options.out = folder / "out";
  measure_studies({}, options);
  const Json values = read(folder / "out/measurements.json").at("stacks").at(0).at("measurements");
  // A failing heart; the volumes are sums of 9 contoured slices, 10 mm apart.
  EXPECT_NEAR(values.at("LVEDV_ml").get<double>(), 191.3, 0.5);
  EXPECT_NEAR(values.at("LVEF_percent").get<double>(), 26.2, 0.5);
  EXPECT_TRUE(std::filesystem::exists(folder / "out/sr.dcm"));
}

}  // namespace
}  // namespace heartlab
