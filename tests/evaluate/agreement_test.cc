#include "heartlab/evaluate/agreement.h"

#include <gmock/gmock.h>

#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::disc_sample;
using ::testing::ElementsAre;
using testing::expect_error;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

class AgreementOfTwo : public ::testing::Test {
 protected:
  static constexpr int kSide = 64;
  inline static const testing::Disc kHeart{30, 34, 12};
  inline static const testing::Disc kLarger{30, 34, 14};
  inline static const testing::Disc kNothing{};

  Path write(const std::string& name, const std::vector<PackedSample>& samples,
             const std::string& target = "cavity") {
    testing::write_dataset(folder_ / name, target, samples);
    return folder_ / name;
  }
  Agreement run() { return agreement(Dataset(folder_ / "a"), Dataset(folder_ / "b"), "all"); }

  TemporaryFolder folder_;
};

TEST_F(AgreementOfTwo, images_are_paired_by_name_and_those_without_partner_are_named) {
  write("a", {disc_sample("P1", "1", "train", kSide, kHeart, kHeart),
              disc_sample("P1", "2", "test", kSide, kHeart, kHeart)});
  write("b", {disc_sample("P1", "2", "train", kSide, kHeart, kHeart),
              disc_sample("P2", "1", "test", kSide, kHeart, kHeart)});
  const Agreement found = run();
  ASSERT_EQ(found.evaluation.records.size(), 1U);
  EXPECT_EQ(found.evaluation.records[0].stem, "2");
  EXPECT_DOUBLE_EQ(found.evaluation.records[0].dice, 1);
  EXPECT_THAT(found.only_first, ElementsAre("P1/1"));
  EXPECT_THAT(found.only_other, ElementsAre("P2/1"));
}

TEST_F(AgreementOfTwo, partial_labels_of_either_are_not_judged) {
  auto partial = disc_sample("P1", "2", "test", kSide, kHeart, kLarger);
  partial.sample.partial = true;
  const auto whole = disc_sample("P1", "1", "test", kSide, kHeart, kHeart);
  write("a", {whole, disc_sample("P1", "2", "test", kSide, kHeart, kHeart)});
  write("b", {whole, partial});
  const Agreement found = run();
  ASSERT_EQ(found.evaluation.records.size(), 1U);
  EXPECT_DOUBLE_EQ(found.area_bias, 0);
  EXPECT_THAT(found.only_first, ElementsAre("P1/2"));
  write("b", {partial});
  expect_error(ErrorKind::kBadInput, {"whole label in both"}, [this] { run(); });
}

TEST_F(AgreementOfTwo, areas_differ_by_their_bias_and_limits) {
  auto first = {disc_sample("P1", "1", "test", kSide, kHeart, kHeart),
                disc_sample("P1", "2", "test", kSide, kHeart, kHeart)};
  auto other = {disc_sample("P1", "1", "test", kSide, kHeart, kLarger),
                disc_sample("P1", "2", "test", kSide, kHeart, kHeart)};
  write("a", first);
  write("b", other);
  const double more = double(count_set(Dataset(folder_ / "b").structure(0))) -
                      double(count_set(Dataset(folder_ / "a").structure(0)));
  const Agreement found = run();
  EXPECT_FALSE(found.in_millimetres);
  EXPECT_NEAR(found.area_bias, more / 2, 1e-9);
  EXPECT_NEAR(found.area_high - found.area_bias, 1.96 * more / std::sqrt(2), 1e-9);
  EXPECT_NEAR(found.area_bias - found.area_low, 1.96 * more / std::sqrt(2), 1e-9);
}

TEST_F(AgreementOfTwo, with_known_spacing_areas_are_square_millimetres) {
  auto sample = disc_sample("P1", "1", "test", kSide, kHeart, kHeart);
  auto larger = disc_sample("P1", "1", "test", kSide, kHeart, kLarger);
  for (auto* each : {&sample, &larger}) {
    each->sample.rows = each->sample.columns = 2 * kSide;
    each->sample.spacing = {1.5, 2};
  }
  write("a", {sample});
  write("b", {larger});
  const double pixels = double(count_set(Dataset(folder_ / "b").structure(0))) -
                        double(count_set(Dataset(folder_ / "a").structure(0)));
  const Agreement found = run();
  EXPECT_TRUE(found.in_millimetres);
  EXPECT_NEAR(found.area_bias, pixels * 4 * 3, 1e-6);
}

TEST_F(AgreementOfTwo, what_cannot_be_compared_is_refused) {
  write("a", {disc_sample("P1", "1", "test", kSide, kHeart, kHeart)});
  write("b", {disc_sample("P1", "1", "test", kSide, kLarger, kHeart)});
  expect_error(ErrorKind::kBadInput, {"P1/1", "another image"}, [&] { run(); });
  write("b", {disc_sample("P9", "1", "test", kSide, kHeart, kHeart)});
  expect_error(ErrorKind::kBadInput, {"no image"}, [&] { run(); });
  write("b", {disc_sample("P1", "1", "test", kSide, kHeart, kHeart)}, "myocardium");
  expect_error(ErrorKind::kUsage, {"cavity", "myocardium"}, [&] { run(); });
  write("b", {disc_sample("P1", "1", "test", 32, kHeart, kHeart)});
  expect_error(ErrorKind::kUsage, {"64 x 64", "32 x 32"}, [&] { run(); });
}

TEST_F(AgreementOfTwo, the_folder_says_what_was_found) {
  write("a", {disc_sample("P1", "1", "test", kSide, kHeart, kHeart)});
  write("b", {disc_sample("P1", "1", "test", kSide, kHeart, kNothing)});
  AgreementOptions options;
  options.data = folder_ / "a";
  options.other = folder_ / "b";
  options.out = folder_ / "out";
  write_agreement(options);
  const auto json = nlohmann::json::parse(read_text(options.out / "agreement.json"));
  EXPECT_EQ(json["missed"], 1);
  EXPECT_EQ(json["other"], "b");
  EXPECT_THAT(read_text(options.out / "agreement.md"), HasSubstr("limits of agreement"));
  EXPECT_TRUE(std::filesystem::exists(options.out / "manifest.json"));
}

}  // namespace
}  // namespace heartlab
