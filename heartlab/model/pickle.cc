#include "heartlab/model/pickle.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

using Kind = PickleValue::Kind;
using Pointer = PickleValue::Pointer;

constexpr std::size_t kMostValues = 4'000'000;
constexpr int kDeepest = 32;

bool is_allowed(const std::string& global) {
  static const char* const kAllowed[] = {"collections OrderedDict",
                                         "torch._utils _rebuild_tensor_v2",
                                         "torch._utils _rebuild_parameter"};
  if (std::find(std::begin(kAllowed), std::end(kAllowed), global) != std::end(kAllowed))
    return true;
  return global.starts_with("torch ") && global.ends_with("Storage");
}

// The stack machine of Python's pickle (pickletools documents every opcode).
class Machine {
 public:
  Machine(std::span<const std::uint8_t> bytes, const std::string& name)
      : bytes_(bytes), name_(name) {}

  Pointer run() {
    while (true) {
      const std::uint8_t code = number<std::uint8_t>();
      if (code == '.') return pop();
      step(code);
    }
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    fail(ErrorKind::kBadInput, "{}: not a state_dict HeartLab reads: {}", name_, what);
  }

  std::span<const std::uint8_t> take(std::uint64_t size) {
    if (size > bytes_.size() - at_) refuse("the pickle is cut short");
    const auto part = bytes_.subspan(at_, size);
    at_ += size;
    return part;
  }
  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string text(std::uint64_t size) {
    const auto part = take(size);
    return {part.begin(), part.end()};
  }
  std::string line() {
    std::string found;
    for (char c = number<char>(); c != '\n'; c = number<char>()) found += c;
    return found;
  }

  Pointer make(Kind kind) {
    if (++made_ > kMostValues) refuse("too many values");
    auto value = std::make_shared<PickleValue>();
    value->kind = kind;
    return value;
  }
  void push_integer(std::int64_t value, Kind kind = Kind::kInteger) {
    auto made = make(kind);
    made->integer = value;
    stack_.push_back(std::move(made));
  }
  void push_text(std::string value) {
    auto made = make(Kind::kText);
    made->text = std::move(value);
    stack_.push_back(std::move(made));
  }
  void push_global(const std::string& global) {
    if (!is_allowed(global))
      refuse(
          fmt::format("it names '{}', which is not on the short list of "
                      "what a state_dict needs",
                      global));
    auto made = make(Kind::kGlobal);
    made->text = global;
    stack_.push_back(std::move(made));
  }
  Pointer pop() {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) refuse("the pickle's stack is empty");
    auto value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }
  PickleValue& top() {
    if (stack_.empty()) refuse("the pickle's stack is empty");
    return *stack_.back();
  }
  std::vector<Pointer> pop_to_mark() {
    if (marks_.empty()) refuse("a mark is missing");
    const auto start = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Pointer> items(start, stack_.end());
    stack_.erase(start, stack_.end());
    marks_.pop_back();
    return items;
  }
  // Makes `parts` part of `whole`; what is held may not grow, so no value ever holds itself.
  void hold(PickleValue& whole, const std::vector<Pointer>& parts) {
    made_ += parts.size();
    if (made_ > kMostValues) refuse("too many values");
    for (const auto& part : parts) {
      part->held = true;
      whole.depth = std::max(whole.depth, part->depth + 1);
    }
    if (whole.depth > kDeepest) refuse("nested too deeply");
  }
  PickleValue& growing_top() {
    if (top().held) refuse("a value grows after it became part of another");
    return top();
  }
  void push_sequence(std::vector<Pointer> items) {
    auto made = make(Kind::kSequence);
    hold(*made, items);
    made->items = std::move(items);
    stack_.push_back(std::move(made));
  }
  void push_tuple(std::size_t size) {
    std::vector<Pointer> items(size);
    for (std::size_t i = size; i-- > 0;) items[i] = pop();
    push_sequence(std::move(items));
  }
  void append(const std::vector<Pointer>& items) {
    PickleValue& list = growing_top();
    if (list.kind != Kind::kSequence) refuse("an item is appended to what is no list");
    for (const auto& item : items) {
      if (item == stack_.back()) refuse("a list that holds itself");
    }
    hold(list, items);
    list.items.insert(list.items.end(), items.begin(), items.end());
  }
  void set_items(const std::vector<Pointer>& items) {
    if (items.size() % 2 != 0) refuse("a key has no value");
    PickleValue& target = growing_top();
    const bool ordered = target.kind == Kind::kCall && target.text == "collections OrderedDict";
    if (target.kind != Kind::kDictionary && !ordered)
      refuse("a key is set in what is no dictionary");
    for (const auto& item : items) {
      if (item == stack_.back()) refuse("a dictionary that holds itself");
    }
    hold(target, items);
    for (std::size_t i = 0; i < items.size(); i += 2) {
      target.entries.emplace_back(items[i], items[i + 1]);
    }
  }
  void call() {
    const Pointer arguments = pop();
    const Pointer callee = pop();
    if (callee->kind != Kind::kGlobal || arguments->kind != Kind::kSequence) {
      refuse("a call of what is no function");
    }
    auto made = make(Kind::kCall);
    made->text = callee->text;
    hold(*made, arguments->items);
    made->items = arguments->items;
    stack_.push_back(std::move(made));
  }
  void remember(std::uint32_t index) {
    if (stack_.empty()) refuse("the pickle's stack is empty");
    memo_[index] = stack_.back();
  }
  void recall(std::uint32_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) refuse("an unknown memo entry");
    stack_.push_back(found->second);
  }
  void push_long(std::uint64_t size) {
    if (size > 8) refuse("an integer longer than 64 bits");
    const auto part = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < part.size(); ++i) value |= std::uint64_t{part[i]} << (8 * i);
    if (!part.empty() && part.size() < 8 && (part.back() & 0x80) != 0) {
      value |= ~std::uint64_t{0} << (8 * part.size());
    }
    push_integer(static_cast<std::int64_t>(value));
  }
  void push_float() {
    std::uint64_t bits = 0;
    for (const auto byte : take(8)) bits = bits << 8 | byte;
    auto made = make(Kind::kFloat);
    made->number = std::bit_cast<double>(bits);
    stack_.push_back(std::move(made));
  }
  void push_persistent() {
    const Pointer id = pop();
    if (id->kind != Kind::kSequence) refuse("a persistent id that is no tuple");
    auto made = make(Kind::kPersistent);
    hold(*made, id->items);
    made->items = id->items;
    stack_.push_back(std::move(made));
  }
  void push_stack_global() {
    const Pointer function = pop();
    const Pointer module = pop();
    if (function->kind != Kind::kText || module->kind != Kind::kText) refuse("an unnamed global");
    push_global(module->text + " " + function->text);
  }

  void step(std::uint8_t code) {
    switch (code) {
      case 0x80:
        number<std::uint8_t>();
        break;  // PROTO
      case 0x95:
        number<std::uint64_t>();
        break;  // FRAME
      case '(':
        marks_.push_back(stack_.size());
        break;
      case '}':
        stack_.push_back(make(Kind::kDictionary));
        break;
      case ']':
      case ')':
        push_sequence({});
        break;
      case 'N':
        stack_.push_back(make(Kind::kNone));
        break;
      case 0x88:
        push_integer(1, Kind::kBool);
        break;
      case 0x89:
        push_integer(0, Kind::kBool);
        break;
      case 'K':
        push_integer(number<std::uint8_t>());
        break;
      case 'M':
        push_integer(number<std::uint16_t>());
        break;
      case 'J':
        push_integer(number<std::int32_t>());
        break;
      case 0x8a:
        push_long(number<std::uint8_t>());
        break;
      case 'G':
        push_float();
        break;
      case 'X':
        push_text(text(number<std::uint32_t>()));
        break;
      case 0x8c:
        push_text(text(number<std::uint8_t>()));
        break;
      case 'q':
        remember(number<std::uint8_t>());
        break;
      case 'r':
        remember(number<std::uint32_t>());
        break;
      case 0x94:
        remember(static_cast<std::uint32_t>(memo_.size()));
        break;
      case 'h':
        recall(number<std::uint8_t>());
        break;
      case 'j':
        recall(number<std::uint32_t>());
        break;
      case 'c': {
        const std::string module = line();
        push_global(module + " " + line());
        break;
      }
      case 0x93:
        push_stack_global();
        break;
      case 't':
        push_sequence(pop_to_mark());
        break;
      case 0x85:
        push_tuple(1);
        break;
      case 0x86:
        push_tuple(2);
        break;
      case 0x87:
        push_tuple(3);
        break;
      case 'a':
        append({pop()});
        break;
      case 'e':
        append(pop_to_mark());
        break;
      case 's': {
        const Pointer value = pop();
        const Pointer key = pop();
        set_items({key, value});
        break;
      }
      case 'u':
        set_items(pop_to_mark());
        break;
      case 'R':
        call();
        break;
      case 'Q':
        push_persistent();
        break;
      case 'b':
        pop();
        break;  // BUILD: attributes such as _metadata are not needed
      default:
        refuse(fmt::format("opcode 0x{:02x}", code));
    }
  }

  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t made_ = 0;
  std::vector<Pointer> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint32_t, Pointer> memo_;
};

}  // namespace

Pointer read_pickle(std::span<const std::uint8_t> bytes, const std::string& name) {
  return Machine(bytes, name).run();
}

}  // namespace heartlab
