#include "lang/assigned_names.h"

#include <unordered_set>

namespace heddle::lang {
namespace {

class Collector {
 public:
  std::vector<std::string_view> take() { return std::move(names_); }

  void target(const Expr& expr) {
    switch (expr.kind) {
      case NodeKind::kName:
        if (seen_.insert(as<Name>(expr).id).second) names_.push_back(as<Name>(expr).id);
        break;
      case NodeKind::kTupleLiteral:
        for (const ExprPtr& element : as<TupleLiteral>(expr).elements) target(*element);
        break;
      case NodeKind::kListLiteral:
        for (const ExprPtr& element : as<ListLiteral>(expr).elements) target(*element);
        break;
      case NodeKind::kStarred:
        target(*as<Starred>(expr).value);
        break;
      default:
        break;
    }
  }

  void body(const Body& body) {
    for (const StmtPtr& statement : body) this->statement(*statement);
  }

 private:
  void statement(const Stmt& statement) {
    switch (statement.kind) {
      case NodeKind::kAssign:
        for (const ExprPtr& expr : as<Assign>(statement).targets) target(*expr);
        break;
      case NodeKind::kAugAssign:
        target(*as<AugAssign>(statement).target);
        break;
      case NodeKind::kIf:
        body(as<If>(statement).body);
        body(as<If>(statement).orelse);
        break;
      case NodeKind::kWhile:
        body(as<While>(statement).body);
        break;
      case NodeKind::kFor:
        target(*as<For>(statement).target);
        body(as<For>(statement).body);
        break;
      case NodeKind::kWith:
        for (const WithItem& item : as<With>(statement).items) {
          if (item.target) target(*item.target);
        }
        body(as<With>(statement).body);
        break;
      default:
        break;
    }
  }

  std::vector<std::string_view> names_;
  std::unordered_set<std::string_view> seen_;
};

}  // namespace

std::vector<std::string_view> assigned_names(const Body& body) {
  Collector collector;
  collector.body(body);
  return collector.take();
}

std::vector<std::string_view> assigned_names(const Expr& target) {
  Collector collector;
  collector.target(target);
  return collector.take();
}

}  // namespace heddle::lang
