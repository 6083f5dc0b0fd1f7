#pragma once

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/core/files.h"

namespace heartlab {

// One line of a comma-separated file (RFC 4180) with its end; a field with a comma, quote or line
// end is quoted.
inline std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += ',';
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
      line += fields[i];
      continue;
    }
    line += '"';
    for (const char c : fields[i]) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line + "\n";
}

// A comma-separated file of numbers under a header line, as a training run writes them.
struct NumberTable {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;  // one value a column; NaN where a field is empty

  // The values of a column; an Error of kind kBadInput where the file has none of this name.
  std::vector<double> column(const std::string& name, const Path& file) const {
    const auto at = std::find(columns.begin(), columns.end(), name);
    if (at == columns.end()) {
      fail(ErrorKind::kBadInput, "{}: expected a column '{}', found {}", file.string(), name,
           fmt::join(columns, ", "));
    }
    std::vector<double> values;
    for (const auto& row : rows) values.push_back(row[std::size_t(at - columns.begin())]);
    return values;
  }
};

// Reads such a file; text fields read as NaN. A last line without its end (a run that was cut off)
// is left out; a line with another number of fields is an Error that names it.
inline NumberTable read_number_table(const Path& file) {
  std::string text = read_text(file);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // as spreadsheets write it
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  NumberTable table;
  std::size_t start = 0, line_number = 0;
  for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    ++line_number;
    std::vector<std::string> fields(1);
    for (const char c : text.substr(start, end - start)) {
      if (c == ',') {
        fields.emplace_back();
      } else if (c != '\r') {
        fields.back() += c;
      }
    }
    if (table.columns.empty()) {
      table.columns = fields;
      continue;
    }
    if (fields.size() != table.columns.size()) {
      fail(ErrorKind::kBadInput, "{}, line {}: expected {} fields, found {}", file.string(),
           line_number, table.columns.size(), fields.size());
    }
    std::vector<double> row;
    for (const auto& field : fields) {
      double value = std::numeric_limits<double>::quiet_NaN();
      std::from_chars(field.data(), field.data() + field.size(), value);
      row.push_back(value);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace heartlab
