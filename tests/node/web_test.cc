#include "heartlab/node/web.h"

#include <gtest/gtest.h>

#include "tests/support/support.h"

namespace heartlab {
namespace {

TEST(MetricsServer, two_nodes_do_not_answer_for_one_another) {
  const auto text = [] { return std::string(); };
  // The first port from here on that nobody has.
  std::unique_ptr<MetricsServer> first;
  int port = 31207;
  while (!first) {
    try {
      first = std::make_unique<MetricsServer>(port, text, text);
    } catch (const Error&) {
      ASSERT_LT(++port, 31300);
    }
  }
  EXPECT_EQ(ask_health(port), "");
  EXPECT_THROW(MetricsServer(port, text, text), Error);
}

}  // namespace
}  // namespace heartlab
