#include "heartlab/prepare/dataset.h"

#include <algorithm>
#include <filesystem>

#include "heartlab/core/error.h"
#include "heartlab/core/json.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadataKey = "heartlab.dataset";
constexpr const char* kPackedName = "dataset.safetensors";

Json sample_json(const Sample& sample) {
  Json json = {{"patient", sample.patient},
               {"stem", sample.stem},
               {"source", sample.source},
               {"subset", sample.subset},
               {"rows", sample.rows},
               {"columns", sample.columns},
               {"spacing", {sample.spacing.row, sample.spacing.column}},
               {"dark", sample.dark}};
  if (sample.partial) json["partial"] = true;
  return json;
}

Sample sample_from(const Json& json) {
  Sample sample;
  sample.patient = json.at("patient").get<std::string>();
  sample.stem = json.at("stem").get<std::string>();
  sample.source = json.at("source").get<std::string>();
  sample.subset = json.at("subset").get<std::string>();
  sample.rows = json.at("rows").get<int>();
  sample.columns = json.at("columns").get<int>();
  sample.spacing = {json.at("spacing").at(0).get<double>(), json.at("spacing").at(1).get<double>()};
  sample.dark = json.at("dark").get<bool>();
  sample.partial = json.value("partial", false);
  return sample;
}

Path packed_file(const Path& folder) {
  if (!std::filesystem::is_directory(folder)) return folder;
  if (std::filesystem::exists(folder / kPackedName)) return folder / kPackedName;
  fail(ErrorKind::kNotFound, "{}: expected a folder made by heartlab prepare, found no {}",
       folder.string(), kPackedName);
}

Json metadata_of(const TensorFile& file) {
  const auto entry = file.metadata().find(kMetadataKey);
  if (entry == file.metadata().end()) {
    fail(ErrorKind::kBadInput, "{}: expected a data set made by heartlab prepare, found no '{}'",
         file.name(), kMetadataKey);
  }
  return parse_json<Json>(entry->second, fmt::format("{}: '{}'", file.name(), kMetadataKey));
}

void check_tensor(const TensorFile& file, const char* name, std::size_t count, int side) {
  const TensorView& tensor = file.at(name);
  const std::vector<std::int64_t> expected{static_cast<std::int64_t>(count), side, side};
  if (tensor.type == ElementType::kU8 && tensor.shape == expected) return;
  fail(ErrorKind::kBadInput, "{}: '{}': expected U8 [{}], found {} [{}]", file.name(), name,
       fmt::join(expected, ", "), element_name(tensor.type), fmt::join(tensor.shape, ", "));
}

std::span<const std::uint8_t> plane(const TensorFile& file, const char* name, std::size_t index,
                                    int side) {
  const auto area = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  return file.at(name).bytes.subspan(index * area, area);
}

TensorView view_of(const Bytes& bytes, std::size_t count, int side) {
  return {ElementType::kU8, {static_cast<std::int64_t>(count), side, side}, bytes};
}

}  // namespace

Dataset::Dataset(const Path& folder)
    : path_(packed_file(folder)), file_(std::make_shared<TensorFile>(path_)) {
  const Json metadata = metadata_of(*file_);
  try {
    target_ = metadata.at("target").get<std::string>();
    preparation_ = Preparation::from_json(metadata.at("preparation"), file_->name());
    for (const auto& sample : metadata.at("samples")) samples_.push_back(sample_from(sample));
  } catch (const Json::exception& error) {
    fail(ErrorKind::kBadInput, "{}: '{}' is not of this version: {}", file_->name(), kMetadataKey,
         error.what());
  }
  check_tensor(*file_, "images", samples_.size(), side());
  check_tensor(*file_, "labels", samples_.size(), side());
  if (preparation_.standardise != "patient") return;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    add_to(by_patient_[samples_[i].patient], own_values(i));
  }
}

std::span<const std::uint8_t> Dataset::image(std::size_t index) const {
  return plane(*file_, "images", index, side());
}

std::span<const std::uint8_t> Dataset::label(std::size_t index) const {
  const auto label = plane(*file_, "labels", index, side());
  const auto bad = std::find_if(label.begin(), label.end(), [](std::uint8_t value) {
    return value > kBackgroundClass && value != kIgnoredClass;
  });
  if (bad != label.end()) {
    fail(ErrorKind::kBadInput, "{}: label {}/{}: expected classes 0, 1 and 255, found {}",
         file_->name(), samples_[index].patient, samples_[index].stem, *bad);
  }
  return label;
}

GreyImage Dataset::image_raster(std::size_t index) const {
  GreyImage raster(side(), side());
  std::ranges::copy(image(index), raster.pixels.begin());
  return raster;
}

Standardisation Dataset::standardisation(std::size_t index) const {
  return preparation_.standardisation_of(values(index, preparation_));
}

Histogram Dataset::values(std::size_t index, const Preparation& by) const {
  if (by.standardise != "patient") return own_values(index);
  const std::string& patient = samples_.at(index).patient;
  const auto known = by_patient_.find(patient);
  if (known != by_patient_.end()) return known->second;
  Histogram values{};
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    if (samples_[i].patient == patient) add_to(values, own_values(i));
  }
  return values;
}

Histogram Dataset::own_values(std::size_t index) const {
  const Sample& sample = samples_.at(index);
  return values_on_square(image(index),
                          preparation_.map(sample.rows, sample.columns, sample.spacing));
}

Mask Dataset::structure(std::size_t index) const {
  Mask mask(side(), side());
  std::ranges::transform(label(index), mask.pixels.begin(), [](std::uint8_t value) {
    return static_cast<std::uint8_t>(value == kStructureClass);
  });
  return mask;
}

PixelSpacing Dataset::source_pixels(std::size_t index) const {
  const Sample& sample = samples_.at(index);
  return preparation_.map(sample.rows, sample.columns, sample.spacing).source_pixels();
}

PixelSpacing Dataset::square_spacing(std::size_t index) const {
  const PixelSpacing source = samples_.at(index).spacing, pixels = source_pixels(index);
  return {source.row * pixels.row, source.column * pixels.column};
}

std::vector<std::size_t> Dataset::subset(const std::string& name) const {
  const std::vector<std::string> known{"train", "validation", "test", "all"};
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    fail(ErrorKind::kUsage, "subset: expected one of {}, found '{}'", fmt::join(known, ", "), name);
  }
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    if (name == "all" || samples_[i].subset == name) indices.push_back(i);
  }
  return indices;
}

Dataset Dataset::with_subsets(const std::vector<std::string>& subsets) const {
  if (subsets.size() != samples_.size()) {
    fail(ErrorKind::kInternal, "with_subsets: {} sides for {} images", subsets.size(),
         samples_.size());
  }
  Dataset other = *this;
  for (std::size_t i = 0; i < subsets.size(); ++i) other.samples_[i].subset = subsets[i];
  other.learn_from_training_side();
  return other;
}

void Dataset::learn_from_training_side() {
  Histogram judged{};
  std::vector<Histogram> values;
  for (const auto index : subset("train")) {
    values.push_back(own_values(index));
    if (!samples_[index].partial) add_to(judged, judged_values(image(index), label(index)));
  }
  if (values.empty()) return;
  preparation_.mean = moments_of(judged).mean;
  if (preparation_.standardise == "nyul") preparation_.learn(values);
}

Histogram judged_values(std::span<const std::uint8_t> image, std::span<const std::uint8_t> label) {
  Histogram histogram{};
  for (std::size_t i = 0; i < image.size(); ++i) {
    if (label[i] != kIgnoredClass) ++histogram[image[i]];
  }
  return histogram;
}

void write_packed(const Path& file, const std::string& target, const Preparation& preparation,
                  const std::vector<PackedSample>& samples) {
  const auto area =
      static_cast<std::size_t>(preparation.size) * static_cast<std::size_t>(preparation.size);
  Bytes images, labels;
  images.reserve(samples.size() * area);
  labels.reserve(samples.size() * area);
  Json list = Json::array();
  for (const auto& [sample, image, label] : samples) {
    if (image.pixels.size() != area || label.pixels.size() != area) {
      fail(ErrorKind::kInternal, "{}/{}: image or label is not of side {}", sample.patient,
           sample.stem, preparation.size);
    }
    images.insert(images.end(), image.pixels.begin(), image.pixels.end());
    labels.insert(labels.end(), label.pixels.begin(), label.pixels.end());
    list.push_back(sample_json(sample));
  }
  const Json metadata{
      {"target", target}, {"preparation", preparation.to_json()}, {"samples", std::move(list)}};
  write_tensor_file(file,
                    {{"images", view_of(images, samples.size(), preparation.size)},
                     {"labels", view_of(labels, samples.size(), preparation.size)}},
                    {{kMetadataKey, metadata.dump()}});
}

std::vector<std::string> otherwise_prepared(const Dataset& dataset, const Preparation& model) {
  const Preparation& data = dataset.preparation();
  std::vector<std::string> differences;
  const auto add_where = [&](bool differs, const std::string& is, const std::string& was) {
    if (!differs) return;
    differences.push_back(
        fmt::format("images {}, but the model was trained on images {}", is, was));
  };
  const auto sides = [](int side) { return fmt::format("of {0} x {0}", side); };
  const auto pixels = [](double spacing) {
    return spacing > 0 ? fmt::format("of {} mm a pixel", spacing) : "that fill the square";
  };
  const auto bits = [](const std::string& rule) { return "in 8 bits by '" + rule + "'"; };
  const auto bias = [](bool n4) { return n4 ? "corrected by N4" : "not corrected by N4"; };
  const auto contrast = [](double limit) {
    return limit > 0 ? fmt::format("equalised to {}", limit) : "not equalised";
  };
  add_where(model.size != dataset.side(), sides(dataset.side()), sides(model.size));
  add_where(model.spacing != data.spacing, pixels(data.spacing), pixels(model.spacing));
  add_where(model.intensity != data.intensity, bits(data.intensity), bits(model.intensity));
  add_where(model.n4 != data.n4, bias(data.n4), bias(model.n4));
  add_where(model.clahe != data.clahe, contrast(data.clahe), contrast(model.clahe));
  return differences;
}

}  // namespace heartlab
