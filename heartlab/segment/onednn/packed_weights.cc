#include "heartlab/segment/onednn/packed_weights.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "heartlab/core/abandoned_files.h"
#include "heartlab/core/error.h"
#include "heartlab/core/log.h"
#include "heartlab/core/threads.h"

namespace heartlab::onednn {
namespace {

// The file: what it holds in words, zeros, the sum of the weights, at kHeaderBytes the weights.
constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kSumAt = kHeaderBytes - sizeof(std::uint64_t);
constexpr int kFormat = 1;  // another one when the same layouts come to mean other bytes
constexpr std::size_t kDigits = 16;

// A multiple of 8 of them.
using Bytes8 = std::span<const std::uint8_t>;

std::uint64_t number_at(Bytes8 bytes, std::size_t offset) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

// Of all numbers of 8 bytes, each times an odd number that tells its place: it changes with any
// one of them, and where two change places.
std::uint64_t sum_of_part(Bytes8 bytes, std::size_t first) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
  std::uint64_t sum = 0, factor = (2 * first + 1) * kOdd;
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint64_t)) {
    sum += number_at(bytes, i) * factor;
    factor += 2 * kOdd;
  }
  return sum;
}

std::uint64_t sum_of(Bytes8 bytes, int threads) {
  constexpr std::size_t kPart = std::size_t{1} << 20;
  std::vector<std::uint64_t> sums((bytes.size() + kPart - 1) / kPart);
  parallel_for(sums.size(), threads, [&](std::size_t i) {
    const auto part = bytes.subspan(i * kPart, std::min(kPart, bytes.size() - i * kPart));
    sums[i] = sum_of_part(part, i * kPart / sizeof(std::uint64_t));
  });
  return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

// Not the last room that others have.
bool has_room(const Path& folder, std::size_t bytes) {
  constexpr std::uintmax_t kShare = 4;
  std::error_code code;
  const auto space = std::filesystem::space(folder, code);
  return !code && space.available / kShare >= bytes;
}

// Makes the file, empty, for the same eyes as the model; what replaces it keeps its permissions.
void make_as_private(const Path& file, const Path& model) {
  namespace fs = std::filesystem;
  constexpr auto kReadWrite = fs::perms{0666};
  if (!fs::exists(fs::symlink_status(file))) std::ofstream(file, std::ios::app).flush();
  if (!fs::is_regular_file(fs::symlink_status(file))) {
    fail(ErrorKind::kUsage, "{}: expected a file", file.string());
  }
  fs::permissions(file, fs::status(model).permissions() & kReadWrite);
}

// Whether nobody could have put it there or changed it but who could the model, or this user.
bool is_as_trusted(const Path& file, const Path& model) {
  struct stat own {
  }, from{};
  if (::lstat(file.c_str(), &own) != 0 || ::stat(model.c_str(), &from) != 0) return false;
  constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
  return S_ISREG(own.st_mode) && (own.st_uid == from.st_uid || own.st_uid == ::geteuid()) &&
         (own.st_mode & kOthersWrite & ~from.st_mode) == 0;
}

// Which files this process is writing: of several graphs with the same weights, one keeps them.
class BeingKept {
 public:
  explicit BeingKept(Path file) : file_(std::move(file)) {
    const std::lock_guard lock(mutex_);
    first_ = files_.insert(file_).second;
  }
  ~BeingKept() {
    const std::lock_guard lock(mutex_);
    if (first_) files_.erase(file_);
  }
  BeingKept(const BeingKept&) = delete;
  BeingKept& operator=(const BeingKept&) = delete;
  bool first() const { return first_; }

 private:
  static inline std::mutex mutex_;
  static inline std::set<Path> files_;
  Path file_;
  bool first_ = false;
};

void remove_if_empty(const Path& file) {
  std::error_code code;
  if (std::filesystem::is_regular_file(file, code) && std::filesystem::file_size(file, code) == 0) {
    std::filesystem::remove(file, code);
  }
}

}  // namespace

PackedWeights::PackedWeights(WeightsOrigin origin, const std::string& layouts, std::size_t bytes)
    : origin_(std::move(origin)), bytes_(bytes) {
  const std::string digest =
      sha256({reinterpret_cast<const std::uint8_t*>(layouts.data()), layouts.size()});
  header_ = fmt::format("HeartLab weights {}\nof {}\nas {}\n{} bytes\n", kFormat,
                        origin_.mark.text(), digest, bytes);
  file_ = origin_.file;
  file_ += "." + digest.substr(0, kDigits) + ".packed";
}

std::optional<MappedFile> PackedWeights::open(int threads) const try {
  if (!is_as_trusted(file_, origin_.file)) return {};
  MappedFile file(file_);
  const Bytes8 bytes = file.bytes();
  if (bytes.size() != kHeaderBytes + bytes_) return {};
  const auto zero = [](std::uint8_t byte) { return byte == 0; };
  const Bytes8 words = bytes.first(kSumAt);
  if (!std::equal(header_.begin(), header_.end(), words.begin()) ||
      !std::ranges::all_of(words.subspan(header_.size()), zero)) {
    return {};
  }
  if (number_at(bytes, kSumAt) != sum_of(weights(file), threads)) {
    warn("{}: damaged, not used", file_.string());
    return {};
  }
  return file;
} catch (const std::exception&) {
  return {};
}

std::span<const std::uint8_t> PackedWeights::weights(const MappedFile& file) {
  return file.bytes().subspan(kHeaderBytes);
}

void PackedWeights::keep(Bytes8 weights, int threads) const try {
  // What was read may not be what the mark says.
  if (origin_.mark.is_young() || FileMark::of(origin_.file) != origin_.mark) return;
  const BeingKept kept(file_);
  if (!kept.first()) return;
  const Path folder = file_.has_parent_path() ? file_.parent_path() : Path(".");
  remove_abandoned_files(
      folder, [&](const std::string& name) { return name == file_.filename().string(); });
  if (!has_room(folder, weights.size())) return;
  make_as_private(file_, origin_.file);
  AtomicFile out(file_);
  const std::uint64_t sum = sum_of(weights, threads);
  std::string header = header_;
  header.resize(kSumAt);
  header.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  out.write(header);
  out.write(weights);
  out.commit();
  info("{}: the weights as this machine computes with them, for the next start", file_.string());
} catch (const std::exception&) {
  remove_if_empty(file_);
}

}  // namespace heartlab::onednn
