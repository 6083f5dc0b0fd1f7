#include <matio.h>

#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "heartlab/core/error.h"
#include "heartlab/core/utf8.h"
#include "heartlab/labels/isolated.h"
#include "heartlab/labels/mat_value.h"

namespace heartlab {
namespace {

using nlohmann::json;
using Kind = MatValue::Kind;

struct CloseFile {
  void operator()(mat_t* file) const { Mat_Close(file); }
};
struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};

const char* class_name(matio_classes type) {
  switch (type) {
    case MAT_C_CELL:
      return "cell";
    case MAT_C_STRUCT:
      return "struct";
    case MAT_C_CHAR:
      return "char";
    case MAT_C_DOUBLE:
      return "double";
    case MAT_C_SINGLE:
      return "single";
    case MAT_C_INT8:
      return "int8";
    case MAT_C_UINT8:
      return "uint8";
    case MAT_C_INT16:
      return "int16";
    case MAT_C_UINT16:
      return "uint16";
    case MAT_C_INT32:
      return "int32";
    case MAT_C_UINT32:
      return "uint32";
    case MAT_C_INT64:
      return "int64";
    case MAT_C_UINT64:
      return "uint64";
    default:
      return "unknown";
  }
}

Kind kind_of(matio_classes type) {
  if (type == MAT_C_CELL) return Kind::kCell;
  if (type == MAT_C_STRUCT) return Kind::kStruct;
  if (type == MAT_C_CHAR) return Kind::kText;
  return type >= MAT_C_DOUBLE && type <= MAT_C_UINT64 ? Kind::kNumeric : Kind::kOther;
}

template <typename T>
void append_as_doubles(const matvar_t& variable, std::size_t count, std::vector<double>& numbers) {
  const auto* values = static_cast<const T*>(variable.data);
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(static_cast<double>(values[i]));
}

std::vector<double> numbers_of(const matvar_t& variable, std::size_t count) {
  std::vector<double> numbers;
  const bool is_complex = variable.isComplex != 0;
  if (is_complex || variable.data == nullptr || count > MatValue::kMostNumbers ||
      variable.nbytes / std::max<std::size_t>(variable.data_size, 1) < count) {
    return numbers;
  }
  switch (variable.data_type) {
    case MAT_T_DOUBLE:
      append_as_doubles<double>(variable, count, numbers);
      break;
    case MAT_T_SINGLE:
      append_as_doubles<float>(variable, count, numbers);
      break;
    case MAT_T_INT8:
      append_as_doubles<std::int8_t>(variable, count, numbers);
      break;
    case MAT_T_UINT8:
    case MAT_T_UTF8:
      append_as_doubles<std::uint8_t>(variable, count, numbers);
      break;
    case MAT_T_INT16:
      append_as_doubles<std::int16_t>(variable, count, numbers);
      break;
    case MAT_T_UINT16:
    case MAT_T_UTF16:
      append_as_doubles<std::uint16_t>(variable, count, numbers);
      break;
    case MAT_T_INT32:
      append_as_doubles<std::int32_t>(variable, count, numbers);
      break;
    case MAT_T_UINT32:
      append_as_doubles<std::uint32_t>(variable, count, numbers);
      break;
    case MAT_T_INT64:
      append_as_doubles<std::int64_t>(variable, count, numbers);
      break;
    case MAT_T_UINT64:
      append_as_doubles<std::uint64_t>(variable, count, numbers);
      break;
    default:
      break;
  }
  return numbers;
}

// The tree as JSON: {"class", "dims"} and one of "numbers", "text", "fields" and "elements".
json describe(matvar_t* variable, int depth) {
  if (variable == nullptr)
    return {{"class", "double"}, {"kind", int(Kind::kNumeric)}, {"dims", {0, 0}}};
  const Kind kind = kind_of(variable->class_type);
  json value = {{"class", class_name(variable->class_type)}, {"kind", int(kind)}};
  value["dims"] = std::vector<std::size_t>(variable->dims, variable->dims + variable->rank);
  std::size_t count = 1;
  for (int i = 0; i < variable->rank; ++i) count *= variable->dims[i];
  if (depth > MatValue::kDeepest) return value;
  if (kind == Kind::kNumeric) value["numbers"] = numbers_of(*variable, count);
  if (kind == Kind::kText) {
    std::string text;
    for (const double unit : numbers_of(*variable, count)) append_utf8(text, std::uint32_t(unit));
    value["text"] = clean_utf8(text);
  }
  if (kind == Kind::kCell && variable->data != nullptr) {
    for (std::size_t i = 0; i < count; ++i) {
      value["elements"].push_back(describe(Mat_VarGetCell(variable, int(i)), depth + 1));
    }
  }
  if (kind == Kind::kStruct) {
    const unsigned fields = Mat_VarGetNumberOfFields(variable);
    char* const* names = Mat_VarGetStructFieldnames(variable);
    for (unsigned i = 0; i < fields; ++i) value["fields"].push_back(clean_utf8(names[i]));
    for (std::size_t i = 0; variable->data != nullptr && i < count * fields; ++i) {
      matvar_t* part = Mat_VarGetStructFieldByIndex(variable, i % fields, i / fields);
      value["elements"].push_back(describe(part, depth + 1));
    }
  }
  return value;
}

Bytes read_with_matio(const Path& file) {
  const std::unique_ptr<mat_t, CloseFile> mat(Mat_Open(file.c_str(), MAT_ACC_RDONLY));
  if (mat == nullptr) {
    fail(ErrorKind::kBadInput, "{}: truncated or corrupt MATLAB v7.3 file", file.string());
  }
  json variables = json::array();
  for (;;) {
    std::unique_ptr<matvar_t, FreeVariable> variable(Mat_VarReadNextInfo(mat.get()));
    if (variable == nullptr) break;
    std::size_t count = 1;
    for (int i = 0; i < variable->rank; ++i) count *= variable->dims[i];
    const bool is_large =
        kind_of(variable->class_type) == Kind::kNumeric && count > MatValue::kMostNumbers;
    if (!is_large) Mat_VarReadDataAll(mat.get(), variable.get());
    const char* name = variable->name == nullptr ? "" : variable->name;
    variables.push_back({clean_utf8(name), describe(variable.get(), 0)});
  }
  return json::to_cbor(variables);
}

MatValue to_value(const json& description) {
  MatValue value;
  value.kind = Kind(description.at("kind").get<int>());
  value.class_name = description.at("class");
  value.dims = description.at("dims").get<std::vector<std::size_t>>();
  value.numbers = description.value("numbers", std::vector<double>());
  if (value.numbers.size() != value.count()) value.numbers.clear();
  value.text = description.value("text", "");
  value.fields = description.value("fields", std::vector<std::string>());
  if (description.contains("elements")) {
    for (const json& part : description["elements"]) value.elements.push_back(to_value(part));
  }
  return value;
}

}  // namespace

std::vector<MatVariable> read_mat_v73(const Path& file) {
  const Bytes bytes = run_isolated(file, [&] { return read_with_matio(file); });
  std::vector<MatVariable> variables;
  try {
    for (const json& entry : json::from_cbor(bytes)) {
      variables.push_back({entry.at(0), to_value(entry.at(1))});
    }
  } catch (const json::exception&) {
    fail(ErrorKind::kBadInput, "{}: truncated or corrupt MATLAB v7.3 file", file.string());
  }
  return variables;
}

}  // namespace heartlab
