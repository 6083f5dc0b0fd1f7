#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "heartlab/core/file_mark.h"

namespace heartlab::onednn {

// A model whose weights are kept beside it as they lie in memory, for the next start, where they
// take at least so many bytes; 0 = they are not kept.
struct WeightsOrigin {
  Path file;
  FileMark mark;  // taken before the file was opened
  std::size_t least_bytes = 0;
};

// The weights of one network as one machine computes with them, in MODEL.DIGEST.packed beside the
// model: mapped, they need not be read, converted and laid out, and processes share their memory.
class PackedWeights {
 public:
  // `layouts` says how `bytes` bytes, a multiple of 8, follow from the model's: another processor,
  // precision, release or oneDNN says something else.
  PackedWeights(WeightsOrigin origin, const std::string& layouts, std::size_t bytes);

  // Nothing where there is no such file, or it was made from another one or otherwise, is damaged,
  // or belongs to or may be written by others than the model.
  std::optional<MappedFile> open(int threads) const;
  // The weights in an open one, aligned as a cache line.
  static std::span<const std::uint8_t> weights(const MappedFile& file);
  // Whatever hinders it (a folder without permission, a full disk) leaves no file and no error.
  void keep(std::span<const std::uint8_t> weights, int threads) const;

  const Path& file() const { return file_; }

 private:
  WeightsOrigin origin_;
  std::size_t bytes_;
  std::string header_;
  Path file_;
};

}  // namespace heartlab::onednn
