#include "heartlab/node/delivery.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <functional>

#include "heartlab/dicom/writer.h"
#include "tests/node/records.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using Kind = Record::Kind;
using testing::TemporaryFolder;

// A node with one processed series of one result, and a DICOMweb address beside it.
class DeliveryTest : public ::testing::Test {
 protected:
  DeliveryTest() {
    port_ = server_.bind_to_any_port("127.0.0.1");
    config_.send.destinations = {"http://127.0.0.1:" + std::to_string(port_) + "/web"};
    config_.send.retry_s = config_.send.retry_most_s = 0.01;
    config_.send.refusals = 3;
    make_folder(spool_.results("s", "v1"));
    MrImage image;
    image.study_uid = "1.2.3";
    image.series_uid = "1.2.3.4";
    image.sop_instance_uid = "1.2.3.4.5";
    image.image = Image(4, 4);
    write_dicom(spool_.results("s", "v1") / "a.dcm", image);
    journal_.append(testing::record(Kind::kComplete, "s", "v1"));
    journal_.append(testing::processed("s", "v1", {"a.dcm"}));
  }

  Ledger::Version version() const {
    return journal_.with_ledger([](const Ledger& ledger) { return *ledger.find("s", "v1"); });
  }

  // Sends until `done`, or for ten seconds.
  void deliver_until(const std::function<bool()>& done) {
    std::thread serving([this] { server_.listen_after_bind(); });
    std::thread sending([this] { Delivery(desk_, config_.destinations().front()).run(); });
    const double end = steady_seconds() + 10;
    while (!done() && steady_seconds() < end) std::this_thread::sleep_for(kPause / 10);
    desk_.stopping = true;
    sending.join();
    server_.stop();
    serving.join();
  }

  TemporaryFolder folder_;
  NodeConfig config_;
  Spool spool_{folder_ / "spool"};
  Journal journal_{spool_.journal(), 0};
  Counters counters_;
  Desk desk_{config_, spool_, journal_, counters_};
  httplib::Server server_;
  int port_ = 0;
};

TEST_F(DeliveryTest, one_that_never_says_what_it_has_is_sent_to_again) {
  journal_.append(
      testing::about_result(Kind::kSending, "s", "v1", config_.send.destinations.front(), "a.dcm"));
  std::atomic<int> asked{0}, posted{0};
  server_.Get(".*", [&](const httplib::Request&, httplib::Response& response) {
    ++asked;
    response.status = 403;
  });
  server_.Post(".*", [&](const httplib::Request&, httplib::Response& response) {
    ++posted;
    response.status = 200;
  });
  deliver_until([&] { return version().state == Ledger::State::kFinished; });
  EXPECT_EQ(version().state, Ledger::State::kFinished);
  EXPECT_EQ(asked, config_.send.refusals);
  EXPECT_EQ(posted, 1);
}

TEST_F(DeliveryTest, a_conflict_is_judged_by_the_reason_that_it_states) {
  std::atomic<int> posted{0};
  server_.Post(".*", [&](const httplib::Request&, httplib::Response& response) {
    const int reason = ++posted <= 4 ? 0xa700 : 0xc000;  // full; then it does not understand
    response.status = 409;
    response.set_content(R"({"00081198":{"vr":"SQ","Value":[{"00081197":{"vr":"US","Value":[)" +
                             std::to_string(reason) + "]}}]}}",
                         "application/dicom+json");
  });
  deliver_until([&] { return !version().refusals.empty(); });
  EXPECT_GE(posted, 5);  // while it was full, nothing counted as refused
  EXPECT_NE(version().reason.find("C000"), std::string::npos) << version().reason;
}

}  // namespace
}  // namespace heartlab
