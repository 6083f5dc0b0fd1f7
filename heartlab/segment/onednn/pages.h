#pragma once

#include <cstddef>
#include <cstdint>

namespace heartlab::onednn {

// Memory of its own pages, all zero; large pages where the system has them: a network touches some
// hundred megabytes when it starts, and each small page costs a fault.
class Pages {
 public:
  Pages() = default;
  explicit Pages(std::size_t bytes);
  ~Pages();
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  std::uint8_t* at(std::size_t offset) const { return data_ + offset; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace heartlab::onednn
