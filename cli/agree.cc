#include <fmt/format.h>

#include "cli/command.h"
#include "heartlab/evaluate/agreement.h"

namespace heartlab::cli {
namespace {

void run(AgreementOptions& options) {
  const Agreement found = write_agreement(options);
  fmt::print("{}\nagreement: {}\n", agreement_markdown(found),
             (options.out / "agreement.json").string());
}

}  // namespace

void add_agree(CLI::App& app) {
  add_command<AgreementOptions>(app, "agree", "Compare two observers' labels of the same images",
                                "--data first --other second --out agreement", run);
}

}  // namespace heartlab::cli
