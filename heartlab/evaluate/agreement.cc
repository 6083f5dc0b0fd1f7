#include "heartlab/evaluate/agreement.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "heartlab/core/error.h"
#include "heartlab/core/manifest.h"
#include "heartlab/evaluate/tables.h"

namespace heartlab {
namespace {

using Name = std::pair<std::string, std::string>;  // patient, stem

// The images with a whole label.
std::map<Name, std::size_t> by_name(const Dataset& data, const std::string& subset) {
  std::map<Name, std::size_t> indices;
  for (const std::size_t i : data.subset(subset)) {
    if (data.samples()[i].partial) continue;
    indices[{data.samples()[i].patient, data.samples()[i].stem}] = i;
  }
  return indices;
}

std::string text_of(const Name& name) { return name.first + "/" + name.second; }

void check(const Dataset& first, const Dataset& other) {
  if (first.target() != other.target()) {
    fail(ErrorKind::kUsage, "{}: expected the {} as in {}, found the {}", other.path().string(),
         first.target(), first.path().string(), other.target());
  }
  if (first.side() != other.side()) {
    fail(ErrorKind::kUsage, "{}: expected images of {} x {} as in {}, found {} x {}",
         other.path().string(), first.side(), first.side(), first.path().string(), other.side(),
         other.side());
  }
}

// Of one image, as a count of pixels of the source image, or in square millimetres.
double area_in(const Dataset& data, std::size_t index, double pixels, bool in_millimetres) {
  const PixelSpacing pixel =
      in_millimetres ? data.square_spacing(index) : data.source_pixels(index);
  return pixels * pixel.row * pixel.column;
}

void find_bias(Agreement& found, const Dataset& first) {
  const auto& records = found.evaluation.records;
  found.in_millimetres =
      std::ranges::all_of(records, [](const ImageRecord& record) { return record.in_millimetres; });
  std::vector<double> differences;
  for (const auto& record : records) {
    const Confusion& c = record.confusion;
    const auto difference = double(c.at(1, 0)) - double(c.at(0, 1));
    differences.push_back(area_in(first, record.index, difference, found.in_millimetres));
  }
  found.area_bias = mean(differences);
  double squares = 0;
  for (const double difference : differences) {
    squares += (difference - found.area_bias) * (difference - found.area_bias);
  }
  const auto freedom = static_cast<double>(std::max<std::size_t>(1, differences.size() - 1));
  const double reach = 1.96 * std::sqrt(squares / freedom);
  found.area_low = found.area_bias - reach;
  found.area_high = found.area_bias + reach;
}

}  // namespace

OptionTable AgreementOptions::table() {
  OptionTable table;
  table.add("data", data, "Data set with one observer's labels").required();
  table.add("other", other, "Data set of the same images with the other observer's").required();
  table.add("subset", subset, "Side of both data sets to compare on")
      .one_of({"train", "validation", "test", "all"});
  table.add("out", out, "Folder for the tables").required();
  return table;
}

nlohmann::ordered_json Agreement::to_json() const {
  auto json = nlohmann::ordered_json{{"first", evaluation.data},
                                     {"other", other},
                                     {"target", evaluation.target},
                                     {"only_first", only_first},
                                     {"only_other", only_other}};
  json.update(figures(evaluation, Selection::kAll).to_json());
  json["area_difference"] = {{"unit", in_millimetres ? "mm2" : "px"},
                             {"bias", area_bias},
                             {"limits_of_agreement", {area_low, area_high}}};
  return json;
}

Agreement agreement(const Dataset& first, const Dataset& other, const std::string& subset) {
  check(first, other);
  Agreement found;
  found.other = folder_name(other);
  found.evaluation.data = folder_name(first);
  found.evaluation.target = first.target();
  found.evaluation.subset = subset;
  found.evaluation.class_names = {first.target(), "background"};
  auto partners = by_name(other, subset);
  for (const auto& [name, index] : by_name(first, subset)) {
    const auto partner = partners.find(name);
    if (partner == partners.end()) {
      found.only_first.push_back(text_of(name));
      continue;
    }
    if (!std::ranges::equal(first.image(index), other.image(partner->second))) {
      fail(ErrorKind::kBadInput, "{}: {} is another image than in {}", other.path().string(),
           text_of(name), first.path().string());
    }
    found.evaluation.records.push_back(judge(first, index, other.structure(partner->second)));
    partners.erase(partner);
  }
  for (const auto& [name, index] : partners) found.only_other.push_back(text_of(name));
  if (found.evaluation.records.empty()) {
    fail(ErrorKind::kBadInput, "{} and {}: no image has a whole label in both",
         first.path().string(), other.path().string());
  }
  find_bias(found, first);
  return found;
}

std::string agreement_markdown(const Agreement& found) {
  const Evaluation& evaluation = found.evaluation;
  const NamedFigures all{"agreement", figures(evaluation, Selection::kAll)};
  const char* unit = found.in_millimetres ? "mm2" : "pixels";
  std::string text = fmt::format(
      "# {}: {} by two observers, {} and {}\n\n{} of {} that both have; {} are in "
      "the "
      "first alone and {} in the other. On {} images only the first found the structure (Dice "
      "0).\n\n",
      evaluation.target, evaluation.subset, evaluation.data, found.other,
      counted(all.figures.images, "image"), counted(all.figures.patients, "patient"),
      found.only_first.size(), found.only_other.size(), all.figures.missed);
  text += markdown_table(image_rows({all})) + "\n" + markdown_table(class_rows({}, {all})) + "\n";
  text += fmt::format(
      "The other's area less the first's: {:+.1f} {} on average, limits of agreement {:+.1f} to "
      "{:+.1f} (1.96 standard deviations).\n",
      found.area_bias, unit, found.area_low, found.area_high);
  return text;
}

Agreement write_agreement(const AgreementOptions& options) {
  const Dataset first(options.data), other(options.other);
  Agreement found = agreement(first, other, options.subset);
  write_folder(options.out, "agreement.json", [&](const Path& folder) {
    auto manifest = make_manifest("agree");
    manifest["subset"] = options.subset;
    manifest["data_sha256"] = sha256_of_file(first.path());
    manifest["other_sha256"] = sha256_of_file(other.path());
    write_text(folder / "agreement.json", json_text(found.to_json()));
    write_text(folder / "agreement.md", agreement_markdown(found));
    write_text(folder / "per_image.csv", per_image_csv(found.evaluation));
    write_text(folder / "manifest.json", json_text(manifest));
  });
  return found;
}

}  // namespace heartlab
