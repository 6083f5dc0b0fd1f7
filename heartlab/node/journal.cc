#include "heartlab/node/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "heartlab/core/error.h"
#include "heartlab/node/event_log.h"

namespace heartlab {
namespace {

std::string whole_text(const Path& file) {
  return std::filesystem::exists(file) ? read_text(file) : std::string();
}

}  // namespace

Journal::Journal(Path file, double oldest) : file_(std::move(file)) {
  const std::string text = whole_text(file_);
  const JournalText journal = parse_journal(text);
  damaged_ = journal.damaged;
  if (damaged_ > 0) write_text(damaged_copy_of(file_), text);
  for (const auto& record : journal.records) ledger_.apply(record);
  compact(oldest);
}

Journal::~Journal() { close(); }

void Journal::compact(double oldest) {
  const std::lock_guard guard(mutex_);
  ledger_.forget_removed(oldest);
  write_anew();
  open();
}

void Journal::write_anew() {
  std::string text;
  for (const auto& record : ledger_.records()) text += journal_line(record);
  // Even where writing fails the name may stand for the new file already: nothing must go into the
  // old one any more.
  close();
  write_text(file_, text);
}

void Journal::open() {
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0) fail_errno("write", file_.string());
}

void Journal::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Journal::append(Record record) {
  if (record.time == 0) record.time = unix_time();
  const std::string line = journal_line(record);
  const std::lock_guard guard(mutex_);
  if (descriptor_ < 0) open();
  const off_t size = ::lseek(descriptor_, 0, SEEK_END);
  const ssize_t written = ::write(descriptor_, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()) || ::fdatasync(descriptor_) != 0) {
    const int code = written >= 0 && written < static_cast<ssize_t>(line.size()) ? ENOSPC : errno;
    // Half a line would spoil the next one.
    [[maybe_unused]] const int cut = ::ftruncate(descriptor_, size);
    errno = code;
    fail_errno("write", file_.string());
  }
  ledger_.apply(record);
}

Path damaged_copy_of(const Path& journal) { return journal.string() + ".damaged"; }

Ledger read_ledger(const Path& file) {
  Ledger ledger;
  for (const auto& record : parse_journal(whole_text(file)).records) ledger.apply(record);
  return ledger;
}

}  // namespace heartlab
