#include <cstddef>
#include <cstdint>

#include "heartlab/core/files.h"
#include "heartlab/node/ledger.h"

namespace {

// The fuzzer's lines with the checksums that a journal has, so that they reach what stands behind.
std::string with_checksums(std::string_view text) {
  std::string journal;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    const std::string sum =
        heartlab::sha256({reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
    journal += sum.substr(0, 8) + " ";
    journal += line;
    journal += '\n';
    start = end + 1;
  }
  return journal;
}

void replay(std::string_view text) {
  const heartlab::JournalText journal = heartlab::parse_journal(text);
  heartlab::Ledger ledger, again;
  for (const auto& record : journal.records) ledger.apply(record);
  for (const auto& record : ledger.records()) again.apply(record);
  // What is written anew at a start says the same.
  if (again.versions().size() != ledger.versions().size()) __builtin_trap();
}

}  // namespace

// A journal of any content is read, with its damaged lines passed over, and leads to a ledger that
// its own records lead to again. The first byte chooses whether lines have right checksums.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  data[0] % 8 == 0 ? replay(text) : replay(with_checksums(text));
  return 0;
}
