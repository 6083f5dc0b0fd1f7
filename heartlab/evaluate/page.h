#pragma once

#include <string>
#include <vector>

namespace heartlab {

// A whole HTML page that needs nothing but itself: styles inside, no script, prints on A4.
// `body` is HTML, `title` plain text.
std::string html_page(const std::string& title, const std::string& body);

// The head of a report: a line above, the title, a line below, and the badge "not for clinical
// use".
std::string page_header(const std::string& above, const std::string& title,
                        const std::string& below);

// A section with its heading; `body` is HTML.
std::string section(const std::string& heading, const std::string& body);

// A paragraph of plain text.
std::string paragraph(const std::string& text);

// A table of plain-text cells, the first row its head; rows whose index is in `strong` stand out.
std::string html_table(const std::vector<std::vector<std::string>>& rows,
                       const std::vector<std::size_t>& strong = {});

// A large figure with what it is below.
struct Tile {
  std::string value, unit, meaning;
  bool warning = false;
};
std::string tiles(const std::vector<Tile>& tiles);

// An image (HTML) with its caption: `title` in bold, `text` after it.
struct Picture {
  std::string image, title, text;
};
std::string gallery(const std::vector<Picture>& pictures, std::size_t columns = 3);

// What the outlines of the pictures mean.
std::string outline_legend();

}  // namespace heartlab
