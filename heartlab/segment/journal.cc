#include "heartlab/segment/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/json.h"
#include "heartlab/core/manifest.h"

namespace heartlab {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kFolder = ".heartlab";
constexpr const char* kRecord = ".record";
constexpr const char* kJoined = "joined";
constexpr const char* kLock = "lock";

std::string digest_of(const std::string& text) {
  return sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// Held by one process at a time, others wait; a process that ends gives it back.
class RecordsLock {
 public:
  explicit RecordsLock(const Path& file)
      : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail_errno("write", file.string());
    while (::flock(descriptor_, LOCK_EX) != 0) {
      if (errno == EINTR) continue;
      const int code = errno;
      ::close(descriptor_);
      errno = code;
      fail_errno("lock", file.string());
    }
  }
  ~RecordsLock() { ::close(descriptor_); }
  RecordsLock(const RecordsLock&) = delete;
  RecordsLock& operator=(const RecordsLock&) = delete;

 private:
  int descriptor_;
};

void append(std::vector<std::string>& to, const std::vector<std::string>& names) {
  to.insert(to.end(), names.begin(), names.end());
}

// The first setting that is another one: "engine: A, now B".
std::string difference(const Json& before, const Json& now) {
  for (const auto& [key, value] : now.items()) {
    if (!before.contains(key)) return fmt::format("{}: now {}", key, value.dump());
    if (before[key] == value) continue;
    return fmt::format("{}: {}, now {}", key, before[key].dump(), value.dump());
  }
  return "";
}

// What a process' results follow from, as it wrote it down.
struct Run {
  Json settings;
  int ranks = 0;
  std::string plan;
};

Run read_run(const Path& file) {
  const auto json = parse_json<Json>(read_text(file), file.string());
  try {
    Run run{json.at("settings"), json.at("ranks").get<int>(), json.at("plan").get<std::string>()};
    if (run.settings.is_object()) return run;
  } catch (const Json::exception&) {  // told of below
  }
  fail(ErrorKind::kBadInput, "{}: expected what heartlab segment writes there, found other JSON",
       file.string());
}

}  // namespace

Journal::Journal(const Path& out, const std::vector<StudyUnit>& units, const Start& start)
    : out_(out), folder_(out / kFolder), rank_(start.ranks.rank) {
  std::string all;
  for (const auto& unit : units) {
    names_.push_back(unit.name);
    all += digests_[unit.name] = heartlab::digest_of(unit);
  }
  plan_ = digest_of(all);
  begin(start);
  joins_again_ = rank_ == 0 && is_joined();
  for (std::size_t unit = 0; joins_again_ && unit < names_.size(); ++unit) {
    joins_again_ = is_done(unit);
  }
}

void Journal::begin(const Start& start) {
  if (start.resume || start.ranks.size > 1) {
    check_others(start);
  } else if (fs::exists(folder_)) {
    for (const auto& file : records()) {
      const auto record = read_record(file);
      if (!record) continue;
      append(wiped_, record->results);
      append(wiped_, record->former);
    }
    std::error_code code;
    fs::remove_all(folder_, code);
    if (code) fail(kind_of(code), "cannot remove {}: {}", folder_.string(), code.message());
  }
  make_folder(folder_);
  const Json run = {{"settings", start.settings}, {"ranks", start.ranks.size}, {"plan", plan_}};
  write_text(folder_ / fmt::format("run-{}.json", rank_), json_text(run));
}

void Journal::check_others(const Start& start) const {
  if (!fs::exists(folder_)) return;
  // A name may be any bytes, which a file of JSON cannot hold: both as they read there.
  const auto settings = parse_json<Json>(json_text(start.settings), out_.string());
  for (const auto& file : list_files(folder_)) {
    const std::string name = file.filename().string();
    if (!name.starts_with("run-") || file.extension() != ".json") continue;
    const Run run = read_run(file);
    const std::string other = difference(run.settings, settings);
    if (!other.empty()) {
      fail(ErrorKind::kUsage, "{}: holds results of other settings ({}); give another --out{}",
           out_.string(), other, start.resume ? ", or leave out --resume to do all anew" : "");
    }
    const bool is_own = name == fmt::format("run-{}.json", rank_);
    if (!start.resume && (is_own || run.ranks != start.ranks.size || run.plan != plan_)) {
      fail(ErrorKind::kUsage,
           "{}: holds the records of an earlier call; give --resume to go on with it, or another "
           "--out",
           out_.string());
    }
  }
}

std::optional<UnitRecord> Journal::find(std::size_t unit) const {
  auto record = read_record(record_of(names_[unit]));
  if (record && !is_planned(*record)) record.reset();
  return record;
}

bool Journal::is_whole(std::size_t unit) const {
  const auto record = find(unit);
  return record && record->whole;
}

bool Journal::is_done(std::size_t unit) const {
  const auto record = find(unit);
  return record && record->whole && record->unread == 0 &&
         std::ranges::all_of(record->results,
                             [&](const auto& name) { return fs::exists(out_ / name); });
}

void Journal::put(std::size_t unit, UnitRecord record) {
  const RecordsLock lock(folder_ / kLock);
  const Path file = record_of(names_[unit]);
  record.digest = digests_.at(record.unit);
  record.rank = rank_;
  if (const auto before = read_record(file)) {
    const std::set<std::string> now(record.results.begin(), record.results.end());
    for (const auto* names : {&before->results, &before->former}) {
      std::ranges::copy_if(*names, std::back_inserter(record.former),
                           [&now](const auto& name) { return !now.contains(name); });
    }
  }
  unjoin();
  write_record(file, record);
}

void Journal::reopen(std::size_t unit) const {
  const RecordsLock lock(folder_ / kLock);
  auto record = find(unit);
  if (!record || !record->whole) return;
  record->whole = false;
  unjoin();
  write_record(record_of(names_[unit]), *record);
}

bool Journal::is_joined() const {
  const Path joined = folder_ / kJoined;
  return fs::exists(out_ / "manifest.json") && fs::exists(joined) && read_text(joined) == plan_;
}

void Journal::unjoin() const {
  std::error_code code;
  fs::remove(folder_ / kJoined, code);
  if (code)
    fail(kind_of(code), "cannot remove {}: {}", (folder_ / kJoined).string(), code.message());
}

std::vector<std::string> Journal::former() const {
  std::vector<std::string> names = wiped_;
  for (const auto& file : records()) {
    const auto record = read_record(file);
    if (!record) continue;
    append(names, record->former);
    if (!is_planned(*record)) append(names, record->results);
  }
  return names;
}

void Journal::forget_others() const {
  for (const auto& file : records()) {
    const auto record = read_record(file);
    std::error_code ignored;
    if (!record || !is_planned(*record)) fs::remove(file, ignored);
  }
}

void Journal::join_once(const std::function<void()>& join) const {
  const RecordsLock lock(folder_ / kLock);
  if (is_joined() && !joins_again_) return;
  for (std::size_t unit = 0; unit < names_.size(); ++unit) {
    if (!is_whole(unit)) return;
  }
  join();
  write_text(folder_ / kJoined, plan_);
}

Path Journal::record_of(const std::string& unit) const {
  return folder_ / (digest_of(unit) + kRecord);
}

std::vector<Path> Journal::records() const {
  std::vector<Path> files;
  for (auto& file : list_files(folder_)) {
    if (file.extension() == kRecord) files.push_back(std::move(file));
  }
  return files;
}

bool Journal::is_planned(const UnitRecord& record) const {
  const auto planned = digests_.find(record.unit);
  return planned != digests_.end() && planned->second == record.digest;
}

}  // namespace heartlab
