#include "heartlab/node/config.h"

#include <gtest/gtest.h>

#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

const std::string kLeast =
    "spool = \"spool\"\nsend.destinations = [\"dicom://PACS@10.0.0.1:104\"]\n"
    "process.cavity_model = \"cavity.safetensors\"\n";

NodeConfig load(const std::string& text) {
  NodeConfig config;
  load_node_config_text(config, text, "/etc/heartlab/node.toml");
  return config;
}

TEST(NodeConfig, the_least_that_is_needed_loads_with_paths_beside_the_file) {
  const NodeConfig config = load(kLeast);
  EXPECT_EQ(config.spool, "/etc/heartlab/spool");
  EXPECT_EQ(config.process.cavity_model, "/etc/heartlab/cavity.safetensors");
  EXPECT_FALSE(config.uses_tls());
  EXPECT_FALSE(config.allow_list().knows_address(parse_address("127.0.0.1")));
}

TEST(NodeConfig, an_unknown_key_names_the_nearest) {
  expect_error(ErrorKind::kUsage, {"node.toml, line 4", "receive.prot", "receive.port"},
               [] { load(kLeast + "receive.prot = 104\n"); });
}

TEST(NodeConfig, what_must_stand_together_does) {
  expect_error(ErrorKind::kUsage, {"tls_key"}, [] { load(kLeast + "receive.tls_key = \"a\"\n"); });
  expect_error(ErrorKind::kUsage, {"password_file"}, [] { load(kLeast + "send.user = \"a\"\n"); });
  expect_error(ErrorKind::kUsage, {"retry_most_s"},
               [] { load(kLeast + "send.retry_s = 10\nsend.retry_most_s = 5\n"); });
}

TEST(NodeConfig, what_is_missing_is_named) {
  expect_error(ErrorKind::kUsage, {"spool"}, [] {
    load("send.destinations = [\"dicom://P@h:1\"]\nprocess.cavity_model = \"m\"\n");
  });
  expect_error(ErrorKind::kUsage, {"send.destinations"},
               [] { load("spool = \"s\"\nprocess.cavity_model = \"m\"\n"); });
  expect_error(ErrorKind::kUsage, {"cavity_model"},
               [] { load("spool = \"s\"\nsend.destinations = [\"dicom://P@h:1\"]\n"); });
}

TEST(NodeConfig, peers_and_destinations_are_checked_on_loading) {
  expect_error(ErrorKind::kUsage, {"receive.peers", "SCANNER"},
               [] { load(kLeast + "receive.peers = [\"SCANNER\"]\n"); });
  expect_error(ErrorKind::kUsage, {"send.destinations", "PACS@x"}, [] {
    load("spool = \"s\"\nprocess.cavity_model = \"m\"\nsend.destinations = [\"PACS@x\"]\n");
  });
}

NodeConfig load_with_destinations(const std::string& list, const std::string& more = "") {
  return load("spool = \"s\"\nprocess.cavity_model = \"m\"\nsend.destinations = [" + list + "]\n" +
              more);
}

TEST(NodeConfig, a_destination_stands_there_once) {
  for (const char* list :
       {R"("dicom://P@h:1", "dicom://P@h:1")", R"("http://h/web", "http://h:80/web/")"}) {
    expect_error(ErrorKind::kUsage, {"send.destinations", "twice"},
                 [&] { load_with_destinations(list); });
  }
  EXPECT_EQ(load_with_destinations(R"("dicom://P@h:1", "dicom://P@h:2")").destinations().size(),
            2U);
}

TEST(NodeConfig, tls_to_a_destination_needs_certificates_to_trust) {
  const std::string list = R"("dicoms://P@h:1")";
  expect_error(ErrorKind::kUsage, {"send.tls_trusted", "dicoms://P@h:1"},
               [&] { load_with_destinations(list); });
  EXPECT_NO_THROW(load_with_destinations(list, "send.tls_trusted = \"trusted.pem\"\n"));
  EXPECT_NO_THROW(load_with_destinations(R"("https://h/web")"));
}

TEST(NodeConfig, a_title_longer_than_sixteen_characters_is_refused) {
  expect_error(ErrorKind::kUsage, {"receive.ae_title", "SEVENTEEN-LETTERS"},
               [] { load(kLeast + "receive.ae_title = \"SEVENTEEN-LETTERS\"\n"); });
}

TEST(NodeConfig, a_title_that_no_peer_could_use_is_refused) {
  for (const char* title : {"   ", "A\\\\B"}) {
    expect_error(ErrorKind::kUsage, {"receive.ae_title"},
                 [&] { load(kLeast + "receive.ae_title = \"" + title + "\"\n"); });
  }
  expect_error(ErrorKind::kUsage, {"node.toml", "send.destinations"},
               [] { load_with_destinations(R"("dicom:// @10.0.0.1:104")"); });
}

TEST(NodeConfig, what_is_wrong_with_an_address_names_file_and_key) {
  expect_error(ErrorKind::kUsage, {"node.toml", "receive.address", "localhost"},
               [] { load(kLeast + "receive.address = \"localhost\"\n"); });
  expect_error(ErrorKind::kUsage, {"node.toml", "receive.peers"},
               [] { load(kLeast + "receive.peers = [\"SCANNER\"]\n"); });
}

// What it names is looked at before the first study comes.
class NodeFiles : public ::testing::Test {
 protected:
  NodeFiles() {
    testing::write_model(folder_ / "cavity.safetensors", "cavity", 48);
    config_.process.cavity_model = folder_ / "cavity.safetensors";
  }
  void expect_refused(ErrorKind kind, const std::vector<std::string>& words) {
    expect_error(kind, words, [&] { check_node_files(config_, "node.toml"); });
  }

  testing::TemporaryFolder folder_;
  NodeConfig config_;
};

TEST_F(NodeFiles, a_model_is_there_and_of_its_structure) {
  EXPECT_NO_THROW(check_node_files(config_, "node.toml"));
  config_.process.myocardium_model = config_.process.cavity_model;
  expect_refused(ErrorKind::kUsage, {"node.toml", "process.myocardium_model", "of the cavity"});
  config_.process.myocardium_model = folder_ / "absent.safetensors";
  expect_refused(ErrorKind::kNotFound, {"process.myocardium_model", "absent.safetensors"});
}

TEST_F(NodeFiles, a_program_and_a_password_are_there) {
  config_.process.command = {"/nonexistent/program"};
  expect_refused(ErrorKind::kUsage, {"process.command", "/nonexistent/program"});
  config_.process.command.clear();
  config_.send.password_file = folder_ / "absent";
  expect_refused(ErrorKind::kNotFound, {"send.password_file", "absent"});
  config_.process.command = {folder_.path().string()};
  expect_refused(ErrorKind::kUsage, {"process.command", "path of a program"});
  config_.process.command.clear();
  config_.send.password_file = folder_ / "empty";
  write_text(config_.send.password_file, "\n");
  expect_refused(ErrorKind::kBadInput, {"send.password_file", "empty"});
}

TEST_F(NodeFiles, keys_and_certificates_are_such) {
  write_text(folder_ / "text", "no key\n");
  config_.send.tls_key = folder_ / "text";
  expect_refused(ErrorKind::kBadInput, {"send.tls_key", "text", "PEM"});
  config_.send.tls_key.clear();
  config_.receive.tls_key = config_.receive.tls_certificate = config_.receive.tls_trusted =
      folder_ / "text";
  expect_refused(ErrorKind::kBadInput, {"node.toml", "receive.tls_", "text"});
}

}  // namespace
}  // namespace heartlab
