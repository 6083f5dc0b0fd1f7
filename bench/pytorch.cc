#include "bench/pytorch.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

std::string python() {
  const char* named = std::getenv("PYTHON");
  return named != nullptr ? named : "/usr/bin/python3";
}

[[noreturn]] void become_python(const std::string& options, const int* in, const int* out) {
  ::dup2(in[0], STDIN_FILENO);
  ::dup2(out[1], STDOUT_FILENO);
  for (const int* pipe : {in, out}) {
    ::close(pipe[0]);
    ::close(pipe[1]);
  }
  ::execl(python().c_str(), python().c_str(), HEARTLAB_PYTORCH_SCRIPT, options.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

PytorchSteps::PytorchSteps(const nlohmann::ordered_json& options) {
  const std::string text = options.dump();
  int in[2], out[2];
  if (::pipe(in) != 0 || ::pipe(out) != 0) fail(ErrorKind::kInternal, "no pipe to Python");
  process_ = ::fork();
  if (process_ < 0) fail(ErrorKind::kInternal, "no process for Python");
  if (process_ == 0) become_python(text, in, out);
  ::close(in[0]);
  ::close(out[1]);
  to_ = ::fdopen(in[1], "w");
  from_ = ::fdopen(out[0], "r");
  const std::string line = read_line();
  if (!line.starts_with("ready ")) {
    fail(ErrorKind::kNotFound,
         "{} does not run {}: install Debian's python3-torch, or name another Python that has "
         "torch by PYTHON",
         python(), HEARTLAB_PYTORCH_SCRIPT);
  }
  version_ = line.substr(line.find(' ') + 1);
}

PytorchSteps::~PytorchSteps() {
  std::fclose(to_);
  std::fclose(from_);
  ::waitpid(process_, nullptr, 0);
}

std::vector<PytorchSteps::Step> PytorchSteps::take(int count) {
  std::fprintf(to_, "%d\n", count);
  std::fflush(to_);
  std::istringstream line(read_line());
  std::vector<Step> steps;
  for (Step step{}; line >> step.seconds >> step.busy;) steps.push_back(step);
  if (steps.size() != static_cast<std::size_t>(count)) {
    fail(ErrorKind::kInternal, "{} ended early", python());
  }
  return steps;
}

std::string PytorchSteps::read_line() {
  std::string line;
  for (int letter = std::fgetc(from_); letter != EOF && letter != '\n';
       letter = std::fgetc(from_)) {
    line += static_cast<char>(letter);
  }
  return line;
}

}  // namespace heartlab
