#include "heartlab/node/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

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
  if (damaged_ > 0) write_text(file_.string() + ".damaged", text);
  for (const auto& record : journal.records) ledger_.apply(record);
  std::string fresh;
  for (const auto& record : ledger_.records(oldest)) fresh += journal_line(record);
  write_text(file_, fresh);
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0) fail_errno("write", file_.string());
}

Journal::~Journal() { ::close(descriptor_); }

void Journal::append(Record record) {
  if (record.time == 0) record.time = unix_time();
  const std::string line = journal_line(record);
  const std::lock_guard guard(mutex_);
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

Ledger read_ledger(const Path& file) {
  Ledger ledger;
  for (const auto& record : parse_journal(whole_text(file)).records) ledger.apply(record);
  return ledger;
}

}  // namespace heartlab
