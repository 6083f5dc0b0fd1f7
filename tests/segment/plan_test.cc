#include "heartlab/segment/plan.h"

#include <gmock/gmock.h>

#include "heartlab/dicom/writer.h"
#include "heartlab/image/png.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;

class Plan : public ::testing::Test {
 protected:
  void slice(const std::string& name, const std::string& study, int size = 8) {
    MrImage mr;
    mr.patient_id = "P1";
    mr.study_uid = make_uid(1, study);
    mr.series_uid = make_uid(1, study + " series");
    mr.series_number = 7;
    mr.sop_instance_uid = make_uid(1, name);
    mr.image = Image(size, size);
    make_folder((folder_ / ("in/" + name)).parent_path());
    write_dicom(folder_ / ("in/" + name), mr);
  }
  void picture(const std::string& name) {
    make_folder((folder_ / ("in/" + name)).parent_path());
    write_png(folder_ / ("in/" + name), GreyImage(4, 4));
  }

  std::vector<StudyUnit> plan() {
    return plan_studies(find_inputs({folder_ / "in"}, folder_ / "out"));
  }

  static std::vector<std::string> files_of(const StudyUnit& unit) {
    std::vector<std::string> names;
    for (const auto& input : unit.inputs) {
      names.push_back((input.file.folder / input.file.file.filename()).string());
    }
    return names;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Plan, a_study_is_one_unit_wherever_its_files_lie_and_a_folder_of_others_is_one) {
  slice("a/1.dcm", "one");
  slice("a/2.dcm", "two");
  picture("b/1.png");
  slice("b/2.dcm", "one");
  picture("b/3.png");
  const auto units = plan();
  ASSERT_EQ(units.size(), 3U);
  EXPECT_THAT(files_of(units[0]), ElementsAre("a/1.dcm", "b/2.dcm"));
  EXPECT_THAT(files_of(units[1]), ElementsAre("a/2.dcm"));
  EXPECT_THAT(files_of(units[2]), ElementsAre("b/1.png", "b/3.png"));
}

TEST_F(Plan, results_of_different_units_share_no_name) {
  slice("1.dcm", "one");
  picture("1.png");
  slice("2.dcm", "two");
  const auto units = plan();
  ASSERT_EQ(units.size(), 3U);
  EXPECT_THAT(units[0].inputs[0].stems, ElementsAre("1"));
  EXPECT_THAT(units[1].inputs[0].stems, ElementsAre("1_s02"));
  // Which of them is the first follows from their UIDs.
  const std::set<Path> names{units[0].series.begin()->second, units[2].series.begin()->second};
  EXPECT_THAT(names, ElementsAre("series-7", "series-7_s02"));
}

TEST_F(Plan, images_of_other_sizes_in_a_series_are_a_file_of_their_own) {
  slice("a/1.dcm", "one", 8);
  slice("a/2.dcm", "one", 12);
  const auto units = plan();
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units[0].series.size(), 2U);
}

TEST_F(Plan, a_cut_file_still_belongs_to_its_study) {
  slice("a/1.dcm", "one");
  slice("a/2.dcm", "one", 100);
  const Path file = folder_ / "in/a/2.dcm";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_EQ(plan().size(), 1U);
}

TEST_F(Plan, the_digest_changes_with_the_files_and_with_what_their_results_are_called) {
  slice("a/1.dcm", "one");
  const std::string before = digest_of(plan()[0]);
  EXPECT_EQ(digest_of(plan()[0]), before);
  slice("a/1.csv", "two");  // takes the name
  EXPECT_NE(digest_of(plan()[1]), before);
  std::filesystem::remove(folder_ / "in/a/1.csv");
  EXPECT_EQ(digest_of(plan()[0]), before);
  slice("a/1.dcm", "one", 9);
  EXPECT_NE(digest_of(plan()[0]), before);
}

TEST(SharingOut, gives_each_unit_to_one_rank_and_nearly_as_many_files_to_each) {
  std::vector<StudyUnit> units(20);
  std::size_t files = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    units[i].inputs.resize(1 + i * 7 % 10);
    files += units[i].inputs.size();
  }
  for (const int ranks : {1, 2, 3, 20, 25}) {
    const auto shares = share_out(units, ranks);
    std::vector<int> times(units.size());
    std::size_t most = 0;
    for (const auto& share : shares) {
      std::size_t own = 0;
      for (const std::size_t unit : share) {
        ++times[unit];
        own += units[unit].inputs.size();
      }
      most = std::max(most, own);
    }
    EXPECT_THAT(times, ::testing::Each(1)) << ranks;
    EXPECT_LE(most, files / std::size_t(ranks) + 10) << ranks;
  }
}

}  // namespace
}  // namespace heartlab
