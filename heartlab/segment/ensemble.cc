#include "heartlab/segment/ensemble.h"

#include <algorithm>
#include <functional>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

class Ensemble : public Engine {
 public:
  explicit Ensemble(std::vector<std::unique_ptr<Engine>> members) : members_(std::move(members)) {}

  Logits run(const std::vector<float>& input, int side) override {
    Logits sum = members_.front()->run(input, side);
    for (std::size_t i = 1; i < members_.size(); ++i) {
      const Logits planes = members_[i]->run(input, side);
      for (std::size_t k = 0; k < sum.size(); ++k) {
        std::ranges::transform(sum[k].pixels, planes[k].pixels, sum[k].pixels.begin(),
                               std::plus<>());
      }
    }
    const auto share = 1.0F / static_cast<float>(members_.size());
    for (auto& plane : sum) {
      for (float& value : plane.pixels) value *= share;
    }
    return sum;
  }

  std::string description() const override {
    return fmt::format("mean of {} networks, {}", members_.size(), members_.front()->description());
  }

 private:
  std::vector<std::unique_ptr<Engine>> members_;
};

}  // namespace

void check_alike(const ModelFile& one, const ModelFile& other) {
  const auto refuse = [&](const char* what, const std::string& expected, const std::string& found) {
    fail(ErrorKind::kUsage, "{}: expected the {} of {}, {}, found {}", other.path().string(), what,
         one.path().string(), expected, found);
  };
  const ModelDescription &a = one.description(), &b = other.description();
  if (a.target != b.target) refuse("target", a.target, b.target);
  if (a.class_names.size() != b.class_names.size()) {
    refuse("number of classes", std::to_string(a.class_names.size()),
           std::to_string(b.class_names.size()));
  }
  const std::string expected = a.preparation.to_json().dump(),
                    found = b.preparation.to_json().dump();
  if (expected != found) refuse("preparation", expected, found);
}

std::unique_ptr<Engine> make_ensemble(std::vector<std::unique_ptr<Engine>> members) {
  return std::make_unique<Ensemble>(std::move(members));
}

}  // namespace heartlab
