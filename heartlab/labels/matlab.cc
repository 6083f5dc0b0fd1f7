#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/labels/coordinates.h"
#include "heartlab/labels/labels.h"
#include "heartlab/labels/mat_value.h"

namespace heartlab {
namespace {

using Kind = MatValue::Kind;

// York: rows 1 to 32 endocardium, row 33 zeros, rows 34 to 65 epicardium.
constexpr std::size_t kYorkRows = 65;
constexpr std::size_t kYorkSeparator = 32;

class ContourFile {
 public:
  ContourFile(const Path& file, const MatlabLayout& layout, std::vector<MatVariable> variables,
              const std::function<void(const Error&)>& bad_element)
      : file_(file),
        layout_(layout),
        variables_(std::move(variables)),
        bad_element_(bad_element),
        origin_(layout.origin) {
    const MatValue* patient = find("patient");
    if (patient != nullptr && patient->kind == Kind::kText) patient_ = patient->text;
    const MatValue* origin = find("origin");
    if (origin != nullptr && origin->is_scalar()) origin_ = origin->numbers[0];
  }

  std::vector<LabelledContours> contours() {
    const MatVariable& variable = chosen();
    auto found =
        variable.value.kind == Kind::kStruct ? from_struct(variable) : from_cells(variable);
    if (found.empty() && bad_elements_ == 0) {
      bad("variable '{}' ({}) holds no contours; the file has {}", variable.name,
          variable.value.description(), variables());
    }
    return found;
  }

 private:
  template <typename... Args>
  [[noreturn]] void bad(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::kBadInput, "{}: {}", file_.string(),
         fmt::format(format, std::forward<Args>(args)...));
  }

  const MatValue* find(const std::string& name) const {
    const auto found = std::ranges::find(variables_, name, &MatVariable::name);
    return found == variables_.end() ? nullptr : &found->value;
  }

  std::string variables() const {
    if (variables_.empty()) return "no variables";
    std::vector<std::string> words;
    for (const auto& [name, value] : variables_) {
      words.push_back(fmt::format(
          "{} ({}{})", name, value.description(),
          value.kind == Kind::kStruct ? fmt::format(": {}", fmt::join(value.fields, ", ")) : ""));
    }
    return fmt::format("the variables {}", fmt::join(words, ", "));
  }

  bool fits(const MatValue& value) const {
    if (value.kind == Kind::kStruct) {
      return std::ranges::find(value.fields, layout_.endo) != value.fields.end() ||
             std::ranges::find(value.fields, layout_.epi) != value.fields.end();
    }
    return value.kind == Kind::kCell && value.dims.size() == 2 &&
           std::ranges::any_of(value.elements, [](const MatValue& cell) {
             return cell.is_scalar() || cell.dims == std::vector<std::size_t>{kYorkRows, 2};
           });
  }

  const MatVariable& chosen() const {
    for (const MatVariable& variable : variables_) {
      const bool named = layout_.variable.empty() || layout_.variable == variable.name;
      if (named && fits(variable.value)) return variable;
    }
    bad("expected {} a struct array with the fields '{}' and '{}', or a cell array of {}x2; found "
        "{}",
        layout_.variable.empty() ? "a variable that is"
                                 : fmt::format("the variable '{}' to be", layout_.variable),
        layout_.endo, layout_.epi, kYorkRows, variables());
  }

  // Rows `first` to `last` - 1 of a matrix of two columns, x and y.
  Contour contour(const MatValue& matrix, std::size_t first, std::size_t last,
                  const std::string& where) const {
    Contour contour;
    const std::size_t rows = matrix.dims[0];
    for (std::size_t row = first; row < last; ++row) {
      const Point point{matrix.numbers[row] - origin_, matrix.numbers[rows + row] - origin_};
      if (!(std::abs(point.x) <= kLargestCoordinate && std::abs(point.y) <= kLargestCoordinate)) {
        bad("{}, row {}: expected coordinates, found {} {}", where, row + 1, matrix.numbers[row],
            matrix.numbers[rows + row]);
      }
      contour.points.push_back(point);
    }
    return contour;
  }

  Contour contour_field(const MatVariable& variable, std::size_t element,
                        const std::string& name) const {
    const MatValue* matrix = variable.value.field(element, name);
    if (matrix == nullptr || matrix->count() == 0) return {};
    const std::string where = field_name(variable, element, name);
    const bool shaped = matrix->kind == Kind::kNumeric && matrix->dims.size() == 2 &&
                        matrix->dims[0] >= 3 && matrix->dims[1] == 2 && !matrix->numbers.empty();
    if (!shaped) {
      bad("{}: expected Mx2 numbers of at least 3 rows, found {}", where, matrix->description());
    }
    return contour(*matrix, 0, matrix->dims[0], where);
  }

  static std::string field_name(const MatVariable& variable, std::size_t element,
                                const std::string& name) {
    return fmt::format("{}({}).{}", variable.name, element + 1, name);
  }

  int instance_field(const MatVariable& variable, std::size_t element) const {
    const MatValue* instance = variable.value.field(element, layout_.instance);
    if (instance == nullptr || instance->count() == 0) return -1;
    constexpr double kLargest = 2147483647;
    const std::string where = field_name(variable, element, layout_.instance);
    if (!instance->is_scalar())
      bad("{}: expected one number, found {}", where, instance->description());
    const double number = instance->numbers[0];
    if (!(number >= 0 && number <= kLargest && std::floor(number) == number)) {
      bad("{}: expected a whole number from 0 on, found {}", where, number);
    }
    return static_cast<int>(number);
  }

  // A field may be absent, but not one that the caller named: each image would lack it.
  void check_named_fields(const MatVariable& variable) const {
    const MatlabLayout usual;
    const auto check = [&](const std::string& name, const std::string& usual_name) {
      const auto& fields = variable.value.fields;
      if (name == usual_name || std::ranges::find(fields, name) != fields.end()) return;
      bad("expected the struct array '{}' to have the field '{}', found {}", variable.name, name,
          fmt::join(fields, ", "));
    };
    check(layout_.endo, usual.endo);
    check(layout_.epi, usual.epi);
    check(layout_.instance, usual.instance);
    check(layout_.image, usual.image);
  }

  std::vector<LabelledContours> from_struct(const MatVariable& variable) {
    check_named_fields(variable);
    const std::size_t images = variable.value.elements.size() / variable.value.fields.size();
    return each(images, [&](std::size_t i) { return from_element(variable, i); });
  }

  // What `read` makes of every element, without those that have no contour or are bad.
  std::vector<LabelledContours> each(std::size_t elements,
                                     const std::function<LabelledContours(std::size_t)>& read) {
    std::vector<LabelledContours> all;
    for (std::size_t i = 0; i < elements; ++i) {
      try {
        LabelledContours label = read(i);
        const bool drawn = !label.endocardium.points.empty() || !label.epicardium.points.empty();
        if (drawn) all.push_back(std::move(label));
      } catch (const Error& error) {
        if (!bad_element_) throw;
        bad_element_(error);
        ++bad_elements_;
      }
    }
    return all;
  }

  LabelledContours from_element(const MatVariable& variable, std::size_t element) const {
    LabelledContours label;
    label.file = file_;
    label.patient = patient_;
    label.endocardium = contour_field(variable, element, layout_.endo);
    label.epicardium = contour_field(variable, element, layout_.epi);
    if (label.endocardium.points.empty() && label.epicardium.points.empty()) return label;
    label.instance_number = instance_field(variable, element);
    const MatValue* image = variable.value.field(element, layout_.image);
    if (image != nullptr && image->kind == Kind::kText) label.image_name = image->text;
    set_image_size(variable.value.field(element, "image_size"), label);
    return label;
  }

  static void set_image_size(const MatValue* size, LabelledContours& label) {
    if (size == nullptr || size->numbers.size() != 2) return;
    const auto is_side = [](double side) { return side >= 1 && side <= 65535; };
    if (!std::ranges::all_of(size->numbers, is_side)) return;
    label.rows = static_cast<int>(size->numbers[0]);
    label.columns = static_cast<int>(size->numbers[1]);
  }

  std::vector<LabelledContours> from_cells(const MatVariable& variable) {
    return each(variable.value.elements.size(),
                [&](std::size_t i) { return from_cell(variable, i); });
  }

  LabelledContours from_cell(const MatVariable& variable, std::size_t index) const {
    LabelledContours label;
    const MatValue& cell = variable.value.elements[index];
    if (cell.count() == 0 || cell.is_scalar()) return label;
    const std::size_t slices = variable.value.dims[0];
    const std::size_t slice = index % slices, phase = index / slices;
    const std::string where = fmt::format("{}{{{},{}}}", variable.name, slice + 1, phase + 1);
    check_york(cell, where);
    label.file = file_;
    label.patient = patient_;
    label.slice = static_cast<int>(slice);
    label.phase = static_cast<int>(phase);
    label.slices = static_cast<int>(slices);
    label.phases = static_cast<int>(variable.value.elements.size() / slices);
    label.endocardium = contour(cell, 0, kYorkSeparator, where);
    label.epicardium = contour(cell, kYorkSeparator + 1, kYorkRows, where);
    return label;
  }

  void check_york(const MatValue& cell, const std::string& where) const {
    if (cell.kind != Kind::kNumeric || cell.dims != std::vector<std::size_t>{kYorkRows, 2} ||
        cell.numbers.empty()) {
      bad("{}: expected {}x2 numbers or a scalar for none, found {}", where, kYorkRows,
          cell.description());
    }
    const double x = cell.numbers[kYorkSeparator], y = cell.numbers[kYorkRows + kYorkSeparator];
    if (x != 0 || y != 0) {
      bad("{}, row {}: expected 0 0 between the two contours, found {} {}", where,
          kYorkSeparator + 1, x, y);
    }
  }

  const Path& file_;
  const MatlabLayout& layout_;
  std::vector<MatVariable> variables_;
  const std::function<void(const Error&)>& bad_element_;
  std::size_t bad_elements_ = 0;
  std::string patient_;
  double origin_;
};

std::vector<MatVariable> read_variables(const Path& file) {
  const MappedFile mapped(file);
  switch (mat_format(mapped.bytes())) {
    case MatFormat::kV4:
      return read_mat_v4(mapped.bytes(), file.string());
    case MatFormat::kV5:
      return read_mat_v5(mapped.bytes(), file.string());
    case MatFormat::kV73:
      return read_mat_v73(file);
    case MatFormat::kNone:
      break;
  }
  fail(ErrorKind::kBadInput, "{}: expected a MATLAB file (v4, v5 or v7.3), found something else",
       file.string());
}

}  // namespace

std::vector<LabelledContours> read_matlab_contours(
    const Path& file, const MatlabLayout& layout,
    const std::function<void(const Error&)>& bad_element) {
  return ContourFile(file, layout, read_variables(file), bad_element).contours();
}

}  // namespace heartlab
