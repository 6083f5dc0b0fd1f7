#include "heartlab/segment/onednn/packed_weights.h"

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "heartlab/segment/segmenter.h"
#include "tests/segment/networks.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using onednn::PackedWeights;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kSide = 48;

// A file that changed lately may change again and show the same time of change.
void grow_old() { std::this_thread::sleep_for(std::chrono::milliseconds(2100)); }

std::vector<Path> packed_files(const Path& folder) {
  std::vector<Path> found;
  for (const auto& file : list_files(folder)) {
    if (file.extension() == ".packed") found.push_back(file);
  }
  return found;
}

void change_byte(const Path& file, std::uint64_t offset) {
  Bytes bytes = read_bytes(file);
  bytes.at(offset) ^= 1;
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

class Packed : public ::testing::Test {
 protected:
  Packed() {
    model_ = folder_ / "model.safetensors";
    write_network();
    grow_old();
    options_.precision = "fp32";
    options_.packed_weights = 0.01;
  }

  void write_network() {
    testing::write_network(model_, testing::small_network("deeplabv3", "resnet18"), kSide);
  }

  // The logits, what of memory is mapped from files, and what computed.
  struct Answer {
    std::vector<float> logits;
    std::string maps;
    std::string engine;
  };

  Answer run() const {
    const auto engine = make_onednn_engine(ModelFile(model_), options_);
    Answer answer;
    answer.engine = engine->description();
    for (const auto& plane : engine->run(testing::formula_input(kSide), kSide)) {
      answer.logits.insert(answer.logits.end(), plane.pixels.begin(), plane.pixels.end());
    }
    std::ifstream maps("/proc/self/maps");
    answer.maps.assign(std::istreambuf_iterator<char>(maps), {});
    return answer;
  }

  testing::TemporaryFolder folder_;
  Path model_;
  EngineOptions options_;
};

TEST_F(Packed, the_next_start_maps_what_the_first_one_kept_and_answers_the_same) {
  const Answer first = run();
  EXPECT_THAT(first.maps, Not(HasSubstr(".packed")));
  ASSERT_THAT(packed_files(folder_.path()), SizeIs(1));
  const Answer next = run();
  EXPECT_THAT(next.maps, HasSubstr(packed_files(folder_.path()).front().string()));
  EXPECT_EQ(next.logits, first.logits);
}

TEST_F(Packed, another_precision_has_a_file_of_its_own) {
  run();
  options_.precision = "bf16";
  const Answer first = run();
  if (first.engine.find("no bf16") != std::string::npos) {
    GTEST_SKIP() << "this processor does not multiply bf16: " << first.engine;
  }
  EXPECT_THAT(packed_files(folder_.path()), SizeIs(2));
  EXPECT_EQ(run().logits, first.logits);
}

TEST_F(Packed, a_model_that_was_replaced_is_read_anew) {
  run();
  write_network();
  change_byte(model_, read_bytes(model_).size() - 1);
  const Answer fresh = run();
  EXPECT_THAT(fresh.maps, Not(HasSubstr(".packed")));
  options_.packed_weights = 0;
  EXPECT_EQ(run().logits, fresh.logits);
}

TEST_F(Packed, small_networks_and_those_who_want_none_leave_no_file) {
  options_.packed_weights = 0;
  run();
  options_.packed_weights = 1000;
  run();
  EXPECT_THAT(packed_files(folder_.path()), SizeIs(0));
}

TEST_F(Packed, a_damaged_file_is_made_anew) {
  const Answer first = run();
  const Path kept = packed_files(folder_.path()).at(0);
  const Bytes good = read_bytes(kept);
  for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{3000}, std::uint64_t{4095},
                                 std::uint64_t{4096}, std::uint64_t{good.size() - 1}}) {
    change_byte(kept, at);
    const Answer answer = run();
    EXPECT_THAT(answer.maps, Not(HasSubstr(".packed"))) << "byte " << at;
    EXPECT_EQ(answer.logits, first.logits) << "byte " << at;
    EXPECT_EQ(read_bytes(kept), good) << "byte " << at;
  }
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{100}, std::uint64_t{5000}}) {
    std::filesystem::resize_file(kept, size);
    EXPECT_EQ(run().logits, first.logits) << size << " bytes";
    EXPECT_EQ(read_bytes(kept), good) << size << " bytes";
  }
}

TEST_F(Packed, what_takes_the_files_place_is_left_alone) {
  const Answer first = run();
  const Path kept = packed_files(folder_.path()).at(0);
  std::filesystem::remove(kept);
  make_folder(kept);
  EXPECT_EQ(run().logits, first.logits);
  EXPECT_TRUE(std::filesystem::is_directory(kept));
  std::filesystem::remove(kept);
  write_text(folder_ / "another's", "text");
  std::filesystem::create_symlink(folder_ / "another's", kept);
  EXPECT_EQ(run().logits, first.logits);
  EXPECT_EQ(read_text(folder_ / "another's"), "text");
  std::filesystem::remove(kept);
  std::filesystem::remove(folder_ / "another's");
  EXPECT_THAT(list_files(folder_.path()), SizeIs(1)) << "no temporary file";
}

TEST(PackedWeights, of_a_model_that_changed_just_now_or_since_are_not_kept) {
  const testing::TemporaryFolder folder;
  const Path model = folder / "model";
  write_text(model, "one");
  const Bytes weights(64, 7);
  const PackedWeights young({model, FileMark::of(model), 1}, "layout", weights.size());
  young.keep(weights, 1);
  EXPECT_FALSE(young.open(1));
  grow_old();
  young.keep(weights, 1);
  ASSERT_TRUE(young.open(1));
  EXPECT_TRUE(std::ranges::equal(PackedWeights::weights(*young.open(1)), weights));
  write_text(model, "two");
  const PackedWeights other({model, FileMark::of(model), 1}, "layout", weights.size());
  EXPECT_EQ(other.file(), young.file());
  EXPECT_FALSE(other.open(1));
  std::filesystem::remove(young.file());
  young.keep(weights, 1);
  EXPECT_FALSE(young.open(1));
}

TEST_F(Packed, what_others_may_have_written_is_not_read_and_what_killed_starts_left_is_removed) {
  const Answer first = run();
  const Path kept = packed_files(folder_.path()).at(0);
  std::filesystem::permissions(kept, std::filesystem::perms{0666});
  write_text(kept.string() + ".tmp-2147483646", "half");
  const Answer answer = run();
  EXPECT_THAT(answer.maps, Not(HasSubstr(".packed")));
  EXPECT_EQ(answer.logits, first.logits);
  EXPECT_THAT(list_files(folder_.path()), SizeIs(2));
  EXPECT_THAT(run().maps, HasSubstr(".packed")) << "made anew, as private as the model";
}

TEST_F(Packed, inputs_of_several_sizes_are_answered_the_same_too) {
  options_.scales = {1, 2};
  const Answer first = run();
  EXPECT_THAT(list_files(folder_.path()), SizeIs(1 + packed_files(folder_.path()).size()));
  EXPECT_EQ(run().logits, first.logits);
}

TEST_F(Packed, who_may_not_read_the_model_may_not_read_its_weights) {
  namespace fs = std::filesystem;
  fs::permissions(model_, fs::perms{0600});
  grow_old();
  run();
  EXPECT_EQ(fs::status(packed_files(folder_.path()).at(0)).permissions(), fs::perms{0600});
}

TEST(PackedWeights, of_several_who_keep_the_same_at_once_one_does) {
  const testing::TemporaryFolder folder;
  const Path model = folder / "model";
  write_text(model, "one");
  grow_old();
  const Bytes weights(std::size_t{8} << 20, 7);
  const PackedWeights packed({model, FileMark::of(model), 1}, "layout", weights.size());
  const PackedWeights other({model, FileMark::of(model), 1}, "another", weights.size());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] { (i % 2 == 0 ? packed : other).keep(weights, 1); });
  }
  threads.clear();
  EXPECT_TRUE(packed.open(1));
  EXPECT_TRUE(other.open(1));
  EXPECT_THAT(list_files(folder.path()), SizeIs(3));
}

TEST(PackedWeights, that_change_places_are_damaged) {
  const testing::TemporaryFolder folder;
  const Path model = folder / "model";
  write_text(model, "one");
  grow_old();
  Bytes weights(std::size_t{3} << 20);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::uint8_t>(i >> 3);
  const PackedWeights packed({model, FileMark::of(model), 1}, "layout", weights.size());
  packed.keep(weights, 2);
  ASSERT_TRUE(packed.open(2));
  Bytes file = read_bytes(packed.file());
  const auto at = [&](std::size_t offset) {
    return file.begin() + static_cast<std::ptrdiff_t>(offset);
  };
  std::swap_ranges(at(4096), at(4104), at(4096 + 8 * 1000));
  write_bytes(packed.file(), file);
  EXPECT_FALSE(packed.open(2));
}

}  // namespace
}  // namespace heartlab
