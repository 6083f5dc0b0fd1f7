// Attacks a node on 127.0.0.1, as the tests of the node tell it:
//   hostile_peer PORT fuzz TITLE COUNT SEED FILE.dcm   COUNT damaged associations, one after the
//   other hostile_peer PORT hold COUNT SECONDS [WHOLE]       COUNT connections with half a request
//   at once;
//                                                      with WHOLE, requests from SCANNER left idle
// Prints how many of them were answered, and how many objects were acknowledged.
#include <arpa/inet.h>
#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmdata/dctk.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/core/random.h"

namespace {

using heartlab::Generator;

std::string big(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}
std::string little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}
std::string padded(std::string title) {
  title.resize(16, ' ');
  return title;
}
std::string item(int type, const std::string& body) {
  return big(static_cast<std::uint32_t>(type), 1) + big(0, 1) +
         big(static_cast<std::uint32_t>(body.size()), 2) + body;
}
std::string pdu(int type, const std::string& body) {
  return big(static_cast<std::uint32_t>(type), 1) + big(0, 1) +
         big(static_cast<std::uint32_t>(body.size()), 4) + body;
}

// A-ASSOCIATE-RQ (PS3.8 9.3.2) with one presentation context, MR in explicit little endian.
std::string association_request(const std::string& calling) {
  const std::string context = big(1, 1) + big(0, 3) + item(0x30, UID_MRImageStorage) +
                              item(0x40, UID_LittleEndianExplicitTransferSyntax);
  const std::string user = item(0x51, big(65536, 4)) + item(0x52, "1.2.3.4");
  return pdu(1, big(1, 2) + big(0, 2) + padded("HEARTLAB") + padded(calling) +
                    std::string(32, '\0') + item(0x10, "1.2.840.10008.3.1.1.1") +
                    item(0x20, context) + item(0x50, user));
}

std::string element(int number, const std::string& value) {
  return little(0, 2) + little(static_cast<std::uint32_t>(number), 2) +
         little(static_cast<std::uint32_t>(value.size()), 4) + value;
}
std::string even(std::string uid) {
  if (uid.size() % 2 != 0) uid += '\0';
  return uid;
}
std::string data(int header, const std::string& body) {
  return pdu(4, big(static_cast<std::uint32_t>(body.size() + 2), 4) + big(1, 1) +
                    big(static_cast<std::uint32_t>(header), 1) + body);
}

struct Session {
  std::string request, command, object;
};

// A whole C-STORE of the file, sent by `calling`.
Session session(const std::string& file, const std::string& calling) {
  DcmFileFormat format;
  if (format.loadFile(file.c_str()).bad()) std::exit(2);
  OFString instance;
  format.getDataset()->findAndGetOFString(DCM_SOPInstanceUID, instance);
  const std::string body = element(0x0002, even(UID_MRImageStorage)) +
                           element(0x0100, little(1, 2)) + element(0x0110, little(1, 2)) +
                           element(0x0700, little(0, 2)) + element(0x0800, little(1, 2)) +
                           element(0x1000, even(instance.c_str()));
  const std::string bytes = heartlab::read_text(file);
  // Behind the preamble, "DICM" and (0002,0000), whose value is the length of the rest of group 2.
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const std::size_t start = 144 + (at(140) | std::size_t(at(141)) << 8);
  Session made;
  made.request = association_request(calling);
  made.command =
      data(3, element(0x0000, little(static_cast<std::uint32_t>(body.size()), 4)) + body);
  constexpr std::size_t kFragment = 8000;
  for (std::size_t i = start; i < bytes.size(); i += kFragment) {
    const bool last = i + kFragment >= bytes.size();
    made.object += data(last ? 2 : 0, bytes.substr(i, kFragment));
  }
  return made;
}

void damage(std::string& bytes, Generator& random) {
  switch (random.below(5)) {
    case 0:  // some bytes changed
      for (std::uint64_t i = 1 + random.below(16); i > 0; --i) {
        bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
      }
      break;
    case 1:  // cut off
      bytes.resize(random.below(bytes.size()));
      break;
    case 2:  // a length, or what is taken for one, that is huge
      bytes.replace(random.below(bytes.size() - 4), 4,
                    random.chance(0.5) ? big(0xfffffffe, 4) : big(0x7fffffff, 4));
      break;
    case 3:  // a piece twice
      bytes.insert(random.below(bytes.size()), bytes.substr(random.below(bytes.size()), 300));
      break;
    default:  // a piece lost
      bytes.erase(random.below(bytes.size()), 1 + random.below(300));
  }
}

int connect_to(int port) {
  const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::fprintf(stderr, "cannot connect\n");
    std::exit(3);
  }
  return connection;
}

void send_all(int connection, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count =
        ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

// What the node says within the time, until it closes.
std::string answer(int connection, int milliseconds) {
  std::string text;
  pollfd waiting{connection, POLLIN, 0};
  while (::poll(&waiting, 1, milliseconds) > 0) {
    char buffer[4096];
    const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

// A C-STORE response with status 0000 (PS3.7 9.3.1.2).
bool acknowledges(const std::string& text) {
  return text.find(element(0x0900, little(0, 2))) != std::string::npos;
}

int fuzz(int port, const std::string& title, int count, std::uint64_t seed,
         const std::string& file) {
  const Session good = session(file, title);
  Generator random(seed);
  int answered = 0, acknowledged = 0;
  for (int i = 0; i < count; ++i) {
    Session bad = good;
    std::string* const parts[] = {&bad.request, &bad.command, &bad.object};
    // Of the request a small share: what follows it would never be looked at.
    damage(*parts[random.chance(0.2) ? 0 : 1 + random.below(2)], random);
    const int connection = connect_to(port);
    send_all(connection, bad.request);
    std::string said = answer(connection, bad.request == good.request ? 100 : 20);
    if (!said.empty()) {
      send_all(connection, bad.command + bad.object);
      said = answer(connection, 60);
    }
    answered += said.empty() ? 0 : 1;
    acknowledged += acknowledges(said) ? 1 : 0;
    ::close(connection);
  }
  std::printf("%d sent, %d answered, %d acknowledged\n", count, answered, acknowledged);
  return 0;
}

int hold(int port, int count, int seconds, bool whole) {
  const std::string request = association_request("SCANNER");
  std::vector<int> connections;
  int answered = 0;
  for (int i = 0; i < count; ++i) {
    connections.push_back(connect_to(port));
    send_all(connections.back(), whole ? request : request.substr(0, request.size() / 2));
    if (whole && !answer(connections.back(), 200).empty()) ++answered;
  }
  ::sleep(static_cast<unsigned>(seconds));
  std::printf("%d held, %d answered\n", count, answered);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments.size() >= 6 && arguments[1] == "fuzz") {
    return fuzz(std::atoi(words[1]), arguments[2], std::atoi(words[4]),
                std::strtoull(words[5], nullptr, 10), arguments[5]);
  }
  if (arguments.size() >= 4 && arguments[1] == "hold") {
    return hold(std::atoi(words[1]), std::atoi(words[3]), std::atoi(words[4]),
                arguments.size() > 4);
  }
  std::fprintf(stderr, "see the head of hostile_peer.cc\n");
  return 2;
}
