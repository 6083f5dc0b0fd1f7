#include "heartlab/evaluate/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "heartlab/evaluate/markup.h"
#include "heartlab/image/draw.h"

namespace heartlab {
namespace {

constexpr const char* kStyle = R"css(
:root { --ink: #1f2937; --faint: #6b7280; --rule: #e5e7eb; --accent: #1d4e89; --paper: #ffffff;
  --ground: #f5f6f8; --warning: #be2633; --truth: #2ecc71; --prediction: #ff8c00; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.6 "Inter", "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1000px; margin: 32px auto; padding: 56px 64px 64px; background: var(--paper);
  border: 1px solid var(--rule); border-radius: 10px; }
h1, h2 { font-family: "Charter", "Bitstream Charter", "Iowan Old Style", "Georgia", serif;
  font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { font-size: 36px; margin: 6px 0 10px; letter-spacing: -0.01em; }
h2 { font-size: 24px; margin: 0 0 14px; }
h3 { font-size: 16px; margin: 28px 0 10px; }
p { margin: 0 0 14px; max-width: 70ch; }
header { border-bottom: 2px solid var(--ink); padding-bottom: 22px; position: relative; }
header .above { color: var(--accent); font-size: 13px; font-weight: 600; letter-spacing: 0.08em;
  text-transform: uppercase; }
header .below { color: var(--faint); margin: 0; }
.badge { position: absolute; right: 0; top: 0; border: 1.5px solid var(--warning);
  color: var(--warning); font-size: 12px; font-weight: 600; padding: 3px 10px;
  border-radius: 999px; }
section { margin-top: 44px; }
.lead p { font-size: 18px; line-height: 1.6; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 14px; margin: 24px 0 6px; }
.tile { border: 1px solid var(--rule); border-radius: 8px; padding: 16px 18px; }
.tile b { font-size: 32px; font-weight: 600; line-height: 1.1; color: var(--accent);
  font-variant-numeric: tabular-nums; }
.tile.warning b { color: var(--warning); }
.tile .unit { font-size: 15px; color: var(--faint); margin-left: 5px; }
.tile span.meaning { display: block; font-size: 13px; line-height: 1.4; color: var(--faint);
  margin-top: 6px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; margin: 6px 0 20px;
  font-variant-numeric: tabular-nums; }
th, td { padding: 8px 8px; text-align: right; border-bottom: 1px solid var(--rule);
  vertical-align: top; }
th:first-child, td:first-child { text-align: left; }
th { font-weight: 600; color: var(--faint); border-bottom: 1.5px solid var(--ink);
  vertical-align: bottom; line-height: 1.3; }
tr.strong td { font-weight: 600; background: #f2f6fb; }
td { white-space: nowrap; }
td:first-child { min-width: 116px; }
td:first-child, table.facts td { white-space: normal; overflow-wrap: anywhere; }
table.facts td { text-align: left; }
table.facts td:first-child { color: var(--faint); width: 34%; }
figure { margin: 0; break-inside: avoid; }
figure.chart { margin: 12px 0 20px; }
figure.chart svg { width: 100%; height: auto; }
.gallery { display: grid; grid-template-columns: repeat(3, 1fr); gap: 18px 16px; }
.gallery.of-4 { grid-template-columns: repeat(4, 1fr); }
.gallery svg { display: block; width: 100%; height: auto; background: #000; border-radius: 6px; }
.gallery svg:hover .outlines { visibility: hidden; }
figcaption { font-size: 13px; line-height: 1.45; color: var(--faint); margin-top: 6px;
  overflow-wrap: anywhere; }
figcaption b { color: var(--ink); }
.legend { font-size: 14px; color: var(--faint); }
.legend i { display: inline-block; width: 26px; border-top: 3px solid; vertical-align: middle;
  margin: 0 6px 3px 0; }
.legend .model { margin-right: 20px; white-space: nowrap; }
.legend .predicted { border-top-style: dashed; margin-left: 20px; }
li { margin-bottom: 6px; max-width: 70ch; }
footer { margin-top: 48px; padding-top: 16px; border-top: 1px solid var(--rule);
  font-size: 13px; color: var(--faint); }
code { font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", monospace;
  font-size: 0.9em; overflow-wrap: anywhere; }
@media screen and (max-width: 760px) {
  main { margin: 0; padding: 28px 20px; border: 0; border-radius: 0; }
  .tiles, .gallery, .gallery.of-4 { grid-template-columns: repeat(2, 1fr); }
  .badge { position: static; display: inline-block; margin-bottom: 12px; }
  h1 { font-size: 28px; }
}
@media print {
  @page { size: A4; margin: 16mm 15mm; }
  body { background: #fff; font-size: 10.5pt; }
  main { margin: 0; padding: 0; border: 0; max-width: none; }
  section { margin-top: 26px; }
  h2, h3 { break-after: avoid; }
  tr, .tile { break-inside: avoid; }
  table { font-size: 8.5pt; }
  th, td { padding: 5px 5px; }
  td { white-space: normal; }
  .wide { overflow: visible; }
  .lead p { font-size: 12pt; }
  .gallery { gap: 12px 12px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

}  // namespace

std::string html_page(const std::string& title, const std::string& body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</"
      "html>\n",
      escape(title), kStyle, body);
}

std::string page_header(const std::string& above, const std::string& title,
                        const std::string& below) {
  return fmt::format(
      "<header><span class=\"badge\">Not for clinical use</span><div class=\"above\">{}</div>"
      "<h1>{}</h1><p class=\"below\">{}</p></header>\n",
      escape(above), escape(title), escape(below));
}

std::string section(const std::string& heading, const std::string& body) {
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", escape(heading), body);
}

std::string paragraph(const std::string& text) { return "<p>" + escape(text) + "</p>\n"; }

std::string html_table(const std::vector<std::vector<std::string>>& rows,
                       const std::vector<std::size_t>& strong) {
  std::string html = "<div class=\"wide\"><table>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool stands_out = std::find(strong.begin(), strong.end(), i) != strong.end();
    const char* cell = i == 0 ? "th" : "td";
    html += stands_out ? "<tr class=\"strong\">" : "<tr>";
    for (const auto& text : rows[i]) html += fmt::format("<{0}>{1}</{0}>", cell, escape(text));
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string tiles(const std::vector<Tile>& items) {
  std::string html = "<div class=\"tiles\">\n";
  for (const auto& tile : items) {
    html += fmt::format(
        "<div class=\"tile{}\"><b>{}</b><span class=\"unit\">{}</span>"
        "<span class=\"meaning\">{}</span></div>\n",
        tile.warning ? " warning" : "", escape(tile.value), escape(tile.unit),
        escape(tile.meaning));
  }
  return html + "</div>\n";
}

std::string gallery(const std::vector<Picture>& pictures, std::size_t columns) {
  std::string html = fmt::format("<div class=\"gallery of-{}\">\n", columns);
  for (const auto& picture : pictures) {
    html += fmt::format("<figure>{}<figcaption><b>{}</b> {}</figcaption></figure>\n", picture.image,
                        escape(picture.title), escape(picture.text));
  }
  return html + "</div>\n";
}

std::string outline_legend() {
  return fmt::format(
      "<p class=\"legend\"><i style=\"border-color:{}\"></i>the physician's outline"
      "<i class=\"predicted\" style=\"border-color:{}\"></i>the model's outline</p>\n",
      hex(kTruthColour), hex(kPredictionColour));
}

}  // namespace heartlab
