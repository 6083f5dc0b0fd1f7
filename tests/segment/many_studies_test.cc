#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <thread>

#include "heartlab/core/folder_lock.h"
#include "heartlab/dicom/writer.h"
#include "heartlab/image/png.h"
#include "heartlab/segment/algorithm.h"
#include "heartlab/segment/study.h"
#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void stop_as_a_full_disk_does() { fail(ErrorKind::kDisk, "the engine stops here"); }

// Counts its runs, and in one fails.
class CountingEngine : public testing::ThresholdEngine {
 public:
  explicit CountingEngine(std::atomic<int>& runs, int fails_at,
                          std::function<void()> failure = stop_as_a_full_disk_does)
      : ThresholdEngine(128), runs_(runs), fails_at_(fails_at), failure_(std::move(failure)) {}
  Logits run(const std::vector<float>& input, int side) override {
    if (++runs_ == fails_at_) failure_();
    return ThresholdEngine::run(input, side);
  }

 private:
  std::atomic<int>& runs_;
  int fails_at_;
  std::function<void()> failure_;
};

// Four studies of two series and three slices each, of which two lie in one folder, and a folder of
// PNG; one DICOM file is cut.
class ManyStudies : public ::testing::Test {
 protected:
  static constexpr int kSide = 32;

  static constexpr int kImages = 26;  // without the cut one

  ManyStudies() {
    for (int study = 0; study < 4; ++study) {
      for (int series = 0; series < 2; ++series) {
        for (int slice = 0; slice < 3; ++slice) write_slice(study, series, slice);
      }
    }
    make_folder(folder_ / "in/pictures");
    for (const char* name : {"1.png", "2.png", "3.png"}) {
      write_png(folder_ / "in/pictures" / name, testing::disc_image(kSide, kSide, {14, 14, 6}));
    }
    const Path cut = folder_ / "in/c/2-1-1.dcm";
    std::filesystem::resize_file(cut, std::filesystem::file_size(cut) - 100);
    options_.model = testing::write_model(folder_ / "cavity.safetensors", "cavity", kSide);
    options_.inputs = {folder_ / "in"};
    options_.write = {"json", "png", "seg", "rtstruct", "nifti", "mat"};
  }

  void write_slice(int study, int series, int slice, int moved = 0) {
    constexpr const char* kFolders[] = {"a", "b/x", "c", "c"};
    const std::string name = fmt::format("{}-{}-{}", study, series, slice);
    MrImage mr;
    mr.patient_id = fmt::format("P{}", study);
    mr.study_uid = make_uid(1, fmt::format("study {}", study));
    mr.series_uid = make_uid(1, fmt::format("series {} {}", study, series));
    mr.series_number = series;
    mr.sop_instance_uid = make_uid(1, name);
    mr.frame_of_reference_uid = make_uid(1, "frame");
    mr.instance_number = slice;
    mr.geometry.spacing = {1.5, 1.5};
    mr.geometry.slice_thickness = 8;
    mr.geometry.position = {-10, -20, 8.0 * slice};
    mr.geometry.in_patient = true;
    const GreyImage grey =
        testing::disc_image(kSide, kSide, {10.0 + slice, 12.0 + study + moved, 5.0 + series});
    mr.image = Image(kSide, kSide);
    std::copy(grey.pixels.begin(), grey.pixels.end(), mr.image.pixels.begin());
    make_folder(folder_ / "in" / kFolders[study]);
    write_dicom(folder_ / "in" / kFolders[study] / (name + ".dcm"), mr);
  }

  SegmentSummary segment(const std::string& out, int fails_at = 0) {
    options_.out = folder_ / out;
    return segment(options_, fails_at);
  }

  SegmentSummary segment(const SegmentOptions& options, int fails_at = 0) {
    return segment(options, fails_at, stop_as_a_full_disk_does);
  }

  SegmentSummary segment(const SegmentOptions& options, int fails_at,
                         const std::function<void()>& failure) {
    const ModelFile model(options.model);
    Segmenter segmenter(model, std::make_unique<CountingEngine>(runs_, fails_at, failure),
                        options.engine);
    return segment_inputs(segmenter, options, algorithm_of(options.model, options.engine.with));
  }

  SegmentSummary segment_as(int rank, int size, const std::string& out) {
    SegmentOptions options = options_;
    options.out = folder_ / out;
    options.ranks.rank = rank;
    options.ranks.size = size;
    return segment(options);
  }

  // What stands in the folder, without the records.
  std::map<std::string, Bytes> content(const std::string& out) {
    std::map<std::string, Bytes> files;
    for (const auto& file : list_files(folder_ / out)) {
      const std::string name = file.lexically_relative(folder_ / out).string();
      if (!name.starts_with(".heartlab/")) files[name] = read_bytes(file);
    }
    return files;
  }

  void expect_same(const std::string& expected, const std::string& found) {
    const auto before = content(expected), after = content(found);
    for (const auto& [name, bytes] : before) {
      ASSERT_TRUE(after.contains(name)) << found << " has no " << name;
      EXPECT_EQ(after.at(name), bytes) << name;
    }
    EXPECT_EQ(before.size(), after.size());
  }

  testing::TemporaryFolder folder_;
  SegmentOptions options_;
  std::atomic<int> runs_{0};
};

TEST_F(ManyStudies, however_many_images_are_in_work_the_bytes_are_the_same) {
  options_.save_probabilities = true;
  options_.jobs = 1;
  const SegmentSummary alone = segment("one");
  EXPECT_EQ(alone.images, kImages);
  EXPECT_EQ(alone.skipped.size(), 1U);
  for (const int jobs : {2, 7, 64}) {
    options_.jobs = jobs;
    options_.engine.threads = jobs;
    const SegmentSummary together = segment("many");
    EXPECT_EQ(together.images, alone.images);
    EXPECT_EQ(together.empty, alone.empty);
    ASSERT_EQ(together.skipped.size(), 1U);
    EXPECT_EQ(together.skipped, alone.skipped);
    expect_same("one", "many");
  }
}

TEST_F(ManyStudies, one_failed_file_is_in_the_summary_and_stops_nothing) {
  const SegmentSummary summary = segment("out");
  ASSERT_EQ(summary.skipped.size(), 1U);
  EXPECT_THAT(summary.skipped[0], HasSubstr("2-1-1.dcm"));
  EXPECT_TRUE(content("out").contains("c/series-1_s02_seg.dcm"));
}

// Of the studies that are whole when this many images are, in their order.
int images_of_whole_studies(int images) {
  int whole = 0;
  for (const int study : {6, 6, 5, 6, 3}) {
    if (whole + study > images) break;
    whole += study;
  }
  return whole;
}

TEST_F(ManyStudies, what_stops_one_stage_stops_all_and_resuming_does_the_rest_alone) {
  segment("whole");
  for (const int fails_at : {1, 9, 20}) {
    const std::string out = fmt::format("stopped-{}", fails_at);
    options_.jobs = 2;
    options_.resume = false;
    runs_ = 0;
    expect_error(ErrorKind::kDisk, {"stops here"}, [&] { segment(out, fails_at); });
    EXPECT_FALSE(std::filesystem::exists(folder_ / out / "areas.csv"));
    options_.resume = true;
    runs_ = 0;
    segment(out);
    EXPECT_LE(runs_, kImages - images_of_whole_studies(fails_at - options_.jobs))
        << "a finished study was done again";
    expect_same("whole", out);
  }
}

TEST_F(ManyStudies, resuming_what_is_finished_computes_nothing_and_tells_the_same) {
  const SegmentSummary before = segment("whole");
  segment("again");
  options_.resume = true;
  runs_ = 0;
  const SegmentSummary after = segment("again");
  EXPECT_EQ(runs_, 0);
  EXPECT_EQ(after.images, before.images);
  EXPECT_EQ(after.skipped, before.skipped);
  expect_same("whole", "again");
}

TEST_F(ManyStudies, what_a_killed_call_left_half_written_is_taken_away) {
  segment("whole");
  segment("killed");
  // No process has a number so large.
  write_text(folder_ / "killed/areas.csv.tmp-2000000000", "half");
  write_text(folder_ / "killed/b/x/1-0-0_mask.png.tmp-2000000000", "half");
  write_text(folder_ / "killed/.heartlab/0.record.tmp-2000000000", "half");
  write_text(folder_ / "killed/notes.tmp-mine", "not ours");
  options_.resume = true;
  segment("killed");
  EXPECT_TRUE(std::filesystem::remove(folder_ / "killed/notes.tmp-mine"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "killed/.heartlab/0.record.tmp-2000000000"));
  expect_same("whole", "killed");
}

TEST_F(ManyStudies, what_a_living_process_or_another_hand_writes_under_such_a_name_stays) {
  segment("out");
  const std::string living = fmt::format(".tmp-{}", ::getppid());
  for (const std::string& name :
       {"areas.csv" + living, "b/x/1-0-0_mask.png" + living, std::string("notes.tmp-2024"),
        std::string("b/x/notes.tmp-2024")}) {
    write_text(folder_ / "out" / name, "not ours");
    segment("out");
    EXPECT_TRUE(std::filesystem::exists(folder_ / "out" / name)) << name;
  }
}

TEST_F(ManyStudies, a_second_call_into_the_same_folder_is_refused_while_the_first_works) {
  segment("out");
  const auto before = content("out");
  {
    const FolderLock first(folder_ / "out", "segment");
    expect_error(ErrorKind::kUsage, {"out", "another heartlab segment"}, [&] { segment("out"); });
    options_.resume = true;
    expect_error(ErrorKind::kUsage, {"another heartlab segment"}, [&] { segment_as(0, 2, "out"); });
  }
  EXPECT_EQ(content("out"), before);
  EXPECT_EQ(segment("out").images, kImages);
}

TEST_F(ManyStudies, while_several_processes_work_no_call_of_another_is_let_in) {
  make_folder(folder_ / "out");
  const FolderLock one(folder_ / "out", "segment", FolderLock::Use::kShared);
  EXPECT_NO_THROW(segment_as(0, 2, "out"));
  expect_error(ErrorKind::kUsage, {"another heartlab segment"}, [&] { segment("out"); });
}

TEST_F(ManyStudies, an_image_that_cannot_be_segmented_is_named_and_the_others_go_on) {
  options_.jobs = 1;
  options_.out = folder_ / "out";
  const SegmentSummary summary = segment(
      options_, 1, [] { fail(ErrorKind::kUnsupported, "crf: an image of 1 x 1 is too large"); });
  EXPECT_EQ(summary.images, kImages - 1);
  ASSERT_EQ(summary.skipped.size(), 2U);
  EXPECT_THAT(summary.skipped[0], HasSubstr("0-0-0.dcm: crf: an image"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/a/0-0-0_mask.png"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out/a/series-0_seg.dcm")) << "of the other slices";
  options_.resume = true;
  runs_ = 0;
  EXPECT_EQ(segment("out").images, kImages - 1);
  EXPECT_EQ(runs_, 0) << "it would fail again";
}

TEST_F(ManyStudies, an_image_that_memory_does_not_suffice_for_is_named_and_tried_again) {
  options_.jobs = 1;
  options_.out = folder_ / "out";
  const SegmentSummary summary = segment(options_, 1, [] { throw std::bad_alloc(); });
  EXPECT_EQ(summary.images, kImages - 1);
  ASSERT_EQ(summary.skipped.size(), 2U);
  EXPECT_THAT(summary.skipped[0], HasSubstr("0-0-0.dcm: not enough memory"));
  options_.resume = true;
  runs_ = 0;
  EXPECT_EQ(segment("out").images, kImages);
  EXPECT_EQ(runs_, 6) << "its study";
  options_.resume = false;
  segment("whole");
  expect_same("whole", "out");
}

TEST_F(ManyStudies, formats_in_another_order_are_the_same_work) {
  segment("out");
  std::ranges::reverse(options_.write);
  options_.resume = true;
  runs_ = 0;
  segment("out");
  EXPECT_EQ(runs_, 0);
}

TEST_F(ManyStudies, a_model_whose_name_is_no_utf8_can_be_resumed) {
  const Path odd = folder_ / "cavity-\xff.safetensors";
  std::filesystem::rename(options_.model, odd);
  options_.model = odd;
  segment("out");
  options_.resume = true;
  runs_ = 0;
  segment("out");
  EXPECT_EQ(runs_, 0);
}

TEST_F(ManyStudies, json_of_another_hand_in_the_folder_is_named) {
  make_folder(folder_ / "out/.heartlab");
  for (const char* text : {"[]", R"({"command": 5})", "3"}) {
    write_text(folder_ / "out/manifest.json", text);
    expect_error(ErrorKind::kUsage, {"out", "another program"}, [&] { segment("out"); });
  }
  std::filesystem::remove(folder_ / "out/manifest.json");
  options_.resume = true;
  for (const char* text : {"[]", R"({"settings": 1, "ranks": 1, "plan": ""})", "3"}) {
    write_text(folder_ / "out/.heartlab/run-0.json", text);
    expect_error(ErrorKind::kBadInput, {"run-0.json", "other JSON"}, [&] { segment("out"); });
  }
}

TEST_F(ManyStudies, without_resume_all_is_done_anew) {
  segment("out");
  runs_ = 0;
  segment("out");
  EXPECT_EQ(runs_, kImages);
}

TEST_F(ManyStudies, resuming_does_what_is_new_changed_or_lost_and_forgets_what_is_gone) {
  segment("out");
  write_slice(1, 0, 0, 2);                                      // changed
  std::filesystem::remove(folder_ / "out/a/series-1_seg.dcm");  // lost
  std::filesystem::remove_all(folder_ / "in/pictures");         // gone
  options_.resume = true;
  runs_ = 0;
  segment("out");
  EXPECT_EQ(runs_, 12);
  options_.resume = false;
  segment("whole");
  expect_same("whole", "out");
}

TEST_F(ManyStudies, a_damaged_record_is_no_record) {
  segment("out");
  for (const auto& file : list_files(folder_ / "out/.heartlab")) {
    if (file.extension() != ".record") continue;
    Bytes bytes = read_bytes(file);
    bytes[bytes.size() / 2] ^= 1;
    write_bytes(file, bytes);
  }
  options_.resume = true;
  runs_ = 0;
  EXPECT_EQ(segment("out").images, kImages);
  EXPECT_EQ(runs_, kImages);
}

TEST_F(ManyStudies, resuming_with_another_model_or_other_options_is_refused) {
  segment("out");
  options_.resume = true;
  const auto refused = [&](const std::vector<std::string>& words, const auto& change) {
    const SegmentOptions before = options_;
    change();
    expect_error(ErrorKind::kUsage, words, [&] { segment("out"); });
    options_ = before;
  };
  refused({"out", "clean_up", "--resume"}, [&] { options_.engine.clean_up.largest = true; });
  refused({"out", "write", "json"}, [&] { options_.write = {"json"}; });
  refused({"out", "save_probabilities"}, [&] { options_.save_probabilities = true; });
  refused({"out", "views"}, [&] { options_.engine.views = 4; });
  refused({"out", "scales"}, [&] { options_.engine.scales = {1, 1.25}; });
  Bytes other = read_bytes(options_.model);
  other.back() ^= 1;
  write_bytes(options_.model, other);
  refused({"out", "model_sha256"}, [] {});
}

TEST_F(ManyStudies, shared_out_among_ranks_each_is_done_once_and_the_last_joins_the_same_bytes) {
  const SegmentSummary alone = segment("alone");
  for (const int size : {2, 3, 8}) {
    const std::string out = fmt::format("ranks-{}", size);
    runs_ = 0;
    for (int rank = size - 1; rank >= 0; --rank) {
      const SegmentSummary summary = segment_as(rank, size, out);
      if (summary.joined) {
        EXPECT_EQ(summary.images, alone.images);
        EXPECT_EQ(summary.skipped, alone.skipped);
      }
      EXPECT_EQ(summary.joined, rank == 0) << rank << " of " << size;
    }
    EXPECT_EQ(runs_, kImages);
    expect_same("alone", out);
  }
}

TEST_F(ManyStudies, ranks_at_the_same_time_do_not_disturb_each_other) {
  segment("alone");
  constexpr int kSize = 4;
  runs_ = 0;
  std::atomic<int> joined{0};
  {
    std::vector<std::jthread> ranks;
    for (int rank = 0; rank < kSize; ++rank) {
      ranks.emplace_back([&, rank] { joined += segment_as(rank, kSize, "out").joined ? 1 : 0; });
    }
  }
  EXPECT_EQ(runs_, kImages);
  EXPECT_EQ(joined, 1);
  expect_same("alone", "out");
}

TEST_F(ManyStudies, a_model_that_standardises_by_patient_sees_all_images_of_the_study_first) {
  ModelDescription description = ModelFile(options_.model).description();
  description.preparation.standardise = "patient";
  write_tensor_file(options_.model, {}, model_metadata(description));
  const auto drawn = [&](const std::string& out, const std::string& input) {
    options_.inputs = {folder_ / "in" / input};
    options_.out = folder_ / out;
    const ModelFile model(options_.model);
    Segmenter segmenter(model, std::make_unique<testing::ThresholdEngine>(1.5F));
    segment_inputs(segmenter, options_, algorithm_of(options_.model, options_.engine.with));
    return std::ranges::count(read_png(folder_ / out / "1_mask.png").pixels, 255);
  };
  EXPECT_GT(drawn("before", "pictures"), 0);
  GreyImage bright(kSide, kSide, 255);
  bright.at(0, 0) = 0;
  for (const char* name : {"8.png", "9.png"}) write_png(folder_ / "in/pictures" / name, bright);
  EXPECT_EQ(drawn("after", "pictures"), 0) << "it is dim among the others of its study";
}

TEST_F(ManyStudies, ranks_that_find_all_finished_tell_the_same_again) {
  segment_as(0, 2, "out");
  const SegmentSummary before = segment_as(1, 2, "out");
  ASSERT_TRUE(before.joined);
  options_.resume = true;
  runs_ = 0;
  EXPECT_FALSE(segment_as(1, 2, "out").joined);
  const SegmentSummary after = segment_as(0, 2, "out");
  EXPECT_TRUE(after.joined);
  EXPECT_EQ(after.images, before.images);
  EXPECT_EQ(after.skipped, before.skipped);
  EXPECT_EQ(runs_, 0);
}

TEST_F(ManyStudies, a_study_that_is_done_again_keeps_others_from_joining) {
  segment_as(0, 2, "out");
  ASSERT_TRUE(segment_as(1, 2, "out").joined);
  const Path lost = folder_ / "out/a/series-1_seg.dcm";
  std::filesystem::remove(lost);
  options_.resume = true;
  bool joined = false;
  for (const int rank : {0, 1}) joined = segment_as(rank, 2, "out").joined || joined;
  EXPECT_TRUE(joined);
  EXPECT_TRUE(std::filesystem::exists(lost));
}

TEST_F(ManyStudies, what_a_lost_rank_left_is_told_and_resuming_completes_it) {
  segment("alone");
  const SegmentSummary first = segment_as(0, 2, "out");
  EXPECT_FALSE(first.joined);
  EXPECT_EQ(first.studies + first.missing, 5U);
  EXPECT_GT(first.missing, 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/areas.csv"));
  options_.resume = true;
  runs_ = 0;
  EXPECT_TRUE(segment("out").joined);
  EXPECT_LT(runs_, kImages);
  expect_same("alone", "out");
}

TEST_F(ManyStudies, several_ranks_take_no_folder_of_an_earlier_call_unless_they_resume_it) {
  segment_as(0, 2, "out");
  expect_error(ErrorKind::kUsage, {"out", "earlier call", "--resume"},
               [&] { segment_as(0, 2, "out"); });
  segment("single");
  expect_error(ErrorKind::kUsage, {"single", "--resume"}, [&] { segment_as(1, 2, "single"); });
  options_.resume = true;
  EXPECT_FALSE(segment_as(0, 2, "out").joined);
  EXPECT_TRUE(segment_as(1, 2, "out").joined);
}

TEST_F(ManyStudies, ranks_that_see_other_inputs_do_not_mix) {
  segment_as(0, 2, "out");
  std::filesystem::remove_all(folder_ / "in/a");
  expect_error(ErrorKind::kUsage, {"out"}, [&] { segment_as(1, 2, "out"); });
}

}  // namespace
}  // namespace heartlab
