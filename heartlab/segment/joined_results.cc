#include "heartlab/segment/joined_results.h"

#include "heartlab/core/manifest.h"
#include "heartlab/segment/outputs.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The items of a JSON array or object, written as they come, as json_text() would write them.
class Items {
 public:
  Items(AtomicFile& file, const std::string& name, char opened, char closed)
      : file_(file), text_(fmt::format(",\n  {}: {}", quoted(name), opened)), closed_(closed) {}

  void add(const std::string& item) {
    text_ += fmt::format("{}\n    {}", empty_ ? "" : ",", item);
    empty_ = false;
    if (text_.size() > kBlock) flush();
  }

  void close() {
    text_ += fmt::format("{}{}", empty_ ? "" : "\n  ", closed_);
    flush();
  }

 private:
  static constexpr std::size_t kBlock = 1 << 16;  // bytes in a call of write(2)

  void flush() {
    file_.write(text_);
    text_.clear();
  }

  AtomicFile& file_;
  std::string text_;
  char closed_;
  bool empty_ = true;
};

}  // namespace

void write_areas(const Path& file, const Records& records) {
  AtomicFile areas(file);
  areas.write(areas_header());
  records([&areas](const UnitRecord& record) { areas.write(record.areas); });
  areas.commit();
}

void write_manifest(const Path& file, const Json& head, const Records& records) {
  AtomicFile manifest(file);
  std::string start = json_text(head);
  start.resize(start.rfind("\n}"));
  manifest.write(start);
  Items results(manifest, "results", '[', ']');
  records([&results](const UnitRecord& record) {
    for (const auto& name : record.results) results.add(quoted(name));
  });
  results.close();
  Items inputs(manifest, "inputs_sha256", '{', '}');
  records([&inputs](const UnitRecord& record) {
    for (const auto& [name, sum] : record.inputs_sha256) {
      inputs.add(fmt::format("{}: {}", quoted(name), quoted(sum)));
    }
  });
  inputs.close();
  manifest.write(std::string("\n}\n"));
  manifest.commit();
}

}  // namespace heartlab
