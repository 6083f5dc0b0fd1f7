#include "heartlab/evaluate/plots.h"

#include <gmock/gmock.h>

#include "heartlab/core/csv.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::TemporaryFolder;

constexpr const char* kLog = "iteration,phase,loss,rate,images_per_second\n";
constexpr const char* kValidation =
    "iteration,pixel_accuracy,mean_accuracy,mean_iou,mean_dice,iou_structure,dice_structure,"
    "dice_image_mean,missed,images\n";

TEST(Plots, text_is_made_safe_for_markup) {
  EXPECT_EQ(escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_THAT(strip_plot({{"<script>", 0.5, {}}}), Not(HasSubstr("<script>")));
}

TEST(Plots, base64_pads_as_rfc_4648_says) {
  const auto encoded = [](const std::string& text) {
    return base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(Plots, every_image_is_a_dot_and_every_missed_one_a_cross) {
  const std::string plot = strip_plot(
      {{"P1", 0.5, {{0.9, false, "a"}, {0.1, false, "b"}}}, {"P2", 0, {{0, true, "c"}}}});
  std::size_t dots = 0;
  for (auto at = plot.find("<circle"); at != std::string::npos; at = plot.find("<circle", at + 1)) {
    ++dots;
  }
  EXPECT_EQ(dots, 2U);
  EXPECT_THAT(plot, HasSubstr("<title>c</title>"));
}

TEST(Plots, a_bin_of_many_images_is_a_larger_dot) {
  const std::vector<ScatterPoint> images(10, {0.9, 0.8, "image", 1});
  const std::string plot =
      reliability_diagram(images, {{0.5, 0.5, "few", 1}, {0.9, 0.8, "many", 9}});
  const auto radius = [&plot](const std::string& title) {
    const auto at = plot.rfind(" r=\"", plot.find("<title>" + title)) + 4;
    return std::stod(plot.substr(at));
  };
  EXPECT_GT(radius("many"), radius("few") + 5);
  EXPECT_GT(radius("few"), radius("image"));
}

TEST(Plots, curves_are_drawn_from_the_files_of_a_run) {
  TemporaryFolder run;
  std::string log = kLog;
  for (int i = 1; i <= 2000; ++i) log += fmt::format("{},0,{},0.00025,3\n", i, 1.0 / i);
  write_text(run / "log.csv", log);
  write_text(run / "validation.csv", std::string(kValidation) +
                                         "500,0.9,0.8,0.6,0.7,0.4,0.55,0.5,2,30\n" +
                                         "1000,0.9,0.8,0.6,0.7,0.5,0.65,0.6,1,30\n");
  write_training_curves(run.path());
  const std::string svg = read_text(run / "curves.svg");
  EXPECT_TRUE(svg.starts_with("<svg xmlns="));
  EXPECT_THAT(svg, HasSubstr("Class 0 on the validation side"));
  EXPECT_THAT(svg, HasSubstr("Training loss"));
  EXPECT_LT(svg.size(), 60000U);
}

TEST(Plots, a_run_without_a_validation_has_its_loss_alone) {
  TemporaryFolder run;
  write_text(run / "log.csv", std::string(kLog) + "1,0,0.5,0.00025,3\n");
  write_training_curves(run.path());
  EXPECT_THAT(read_text(run / "curves.svg"), Not(HasSubstr("validation")));
}

TEST(Plots, a_run_that_has_just_begun_gives_empty_axes) {
  TemporaryFolder run;
  write_text(run / "log.csv", kLog);
  write_text(run / "validation.csv", std::string(kValidation) + "500,0.9,nan,0.6,0.7,,0.5,0.5,0");
  write_training_curves(run.path());
  EXPECT_THAT(read_text(run / "curves.svg"), Not(HasSubstr("nan")));
}

TEST(Plots, a_log_of_another_shape_is_an_error_that_names_file_and_line) {
  TemporaryFolder run;
  write_text(run / "log.csv", "iteration,phase\n1,0\n2\n");
  testing::expect_error(ErrorKind::kBadInput, {"log.csv", "line 3", "2", "1"},
                        [&] { write_training_curves(run.path()); });
  write_text(run / "log.csv", "iteration,phase\n1,0\n");
  testing::expect_error(ErrorKind::kBadInput, {"log.csv", "'loss'", "iteration, phase"},
                        [&] { write_training_curves(run.path()); });
}

}  // namespace
}  // namespace heartlab
