#include "cli/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace heartlab::cli {
namespace {

std::string kebab(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return key;
}

std::string help_of(const Option& option) {
  std::string help = option.help;
  if (!option.choices.empty()) help += fmt::format(" ({})", fmt::join(option.choices, ", "));
  if (option.low) help += fmt::format(" [{} to {}]", *option.low, *option.high);
  if (!option.initial.empty() && !option.is_flag) help += fmt::format(" [{}]", option.initial);
  return help;
}

void bind(CLI::App& command, OptionTable& table) {
  for (const auto& option : table.options()) {
    const std::string flag = "--" + kebab(option.key);
    CLI::Option* bound = nullptr;
    if (option.is_flag) {
      bound = command.add_flag_callback(
          flag, [&table, key = option.key, flag] { table.set(key, "true", flag); },
          help_of(option));
    } else {
      const auto assign = [&table, key = option.key, flag,
                           splits = option.is_list &&
                                    option.splits_at_commas](const CLI::results_t& words) {
        std::vector<std::string> items;
        for (const auto& word : words) {
          if (!splits) {
            items.push_back(word);
            continue;
          }
          for (auto& item : CLI::detail::split(word, ',')) items.push_back(std::move(item));
        }
        table.set(key, items, flag);
        return true;
      };
      bound = command.add_option(option.is_positional ? kebab(option.key) : flag, assign,
                                 help_of(option));
      bound->type_name(option.type)->type_size(1);
      if (option.is_list) {
        bound->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
      }
    }
    if (option.is_required) bound->required();
  }
}

// What other programs call the most of --views.
void bind_test_time_augmentation(CLI::App& command, OptionTable& table) {
  if (std::ranges::find(table.options(), "views", &Option::key) == table.options().end()) return;
  command
      .add_flag_callback(
          "--tta", [&table] { table.set("views", "8", "--tta"); }, "The same as --views 8")
      ->excludes(command.get_option("--views"));
}

}  // namespace

void declare(CLI::App& app, const std::string& name, const std::string& summary,
             const std::string& example, std::shared_ptr<OptionTable> table,
             std::function<void()> run) {
  CLI::App& command = *app.add_subcommand(name, summary);
  command.fallthrough();  // -q may stand after the command too
  bind(command, *table);
  bind_test_time_augmentation(command, *table);
  command.footer("Example: heartlab " + name + " " + example +
                 "\nExit status: 0 done; 8 done, but some files were passed over; 2 to 7 what was "
                 "wrong (docs/reference.md); 130 stopped by a signal, state saved.");
  // The options assign into the table: it lives as long as they do.
  command.callback([table = std::move(table), run = std::move(run)] { run(); });
}

}  // namespace heartlab::cli
