#include "heartlab/evaluate/tables.h"

#include <gmock/gmock.h>

#include <limits>

namespace heartlab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Evaluation two_images(const std::string& target) {
  Evaluation evaluation;
  evaluation.target = target;
  evaluation.subset = "test";
  evaluation.class_names = {target, "background"};
  const std::vector<std::uint8_t> truth{0, 0, 1, 1}, half{0, 1, 1, 1}, nothing{1, 1, 1, 1};
  for (const auto* prediction : {&half, &nothing}) {
    ImageRecord record;
    record.patient = prediction == &half ? "P1" : "P2";
    record.stem = "1";
    record.confusion.add(truth, *prediction);
    record.dice = record.confusion.dice(0);
    record.missed = prediction == &nothing;
    evaluation.records.push_back(record);
  }
  return evaluation;
}

std::string part(const std::string& text, const std::string& from, const std::string& to) {
  const auto start = text.find(from);
  return text.substr(start, text.find(to) - start);
}

TEST(Tables, the_study_stands_beside_the_figures_without_the_missed_only) {
  const auto text = tables_markdown(two_images("myocardium"), "m.safetensors");
  const auto drawn = part(text, "## Without the missed", "## Over all images");
  const auto all = part(text, "## Over all images", "## By image");
  EXPECT_THAT(drawn, HasSubstr("| Study 2018, DeepLabv2 | 0.69 | 0.78 | 0.77 | 0.98 | 0.99 |"));
  EXPECT_THAT(drawn, HasSubstr("| Study 2018, DeepLabv3 | 0.46 | 0.99 | 0.63 | 0.99 |"));
  EXPECT_THAT(drawn, HasSubstr("HeartLab, without the missed"));
  EXPECT_THAT(drawn, Not(HasSubstr("HeartLab, all images")));
  EXPECT_THAT(all, HasSubstr("HeartLab, all images"));
  EXPECT_THAT(all, Not(HasSubstr("Study")));
}

TEST(Tables, the_cavity_has_no_study_beside_it) {
  EXPECT_THAT(tables_markdown(two_images("cavity"), "m"), Not(HasSubstr("Study")));
}

TEST(Tables, the_number_of_missed_images_is_part_of_the_table) {
  const auto text = tables_markdown(two_images("cavity"), "m");
  EXPECT_THAT(text, HasSubstr("2 images of 2 patients; on 1 of them"));
  EXPECT_THAT(text, HasSubstr("| HeartLab, all images | 2 | 1 |"));
  EXPECT_THAT(text, HasSubstr("| HeartLab, without the missed | 1 | 0 |"));
}

TEST(Tables, undefined_figures_are_a_dash) {
  EXPECT_EQ(three_digits(std::numeric_limits<double>::quiet_NaN()), "–");
  EXPECT_EQ(distance_text({}, {}, 3), "–");
}

TEST(Tables, distances_name_their_unit_and_how_many_images_they_stand_for) {
  EXPECT_EQ(distance_text({1.25, 3}, {2, 4}, 4), "1.25 mm (of 3)");
  EXPECT_EQ(distance_text({}, {2, 1}, 1), "2.00 px");
}

}  // namespace
}  // namespace heartlab
