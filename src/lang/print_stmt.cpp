#include "base/text.h"
#include "lang/ast_printer.h"

namespace heddle::lang {
namespace {

class StmtPrinter {
 public:
  void print(const Stmt& stmt);
  std::string take() { return std::move(out_); }

 private:
  template <class... P>
  void line(const P&... pieces) {
    out_.append(static_cast<size_t>(indent_) * 2, ' ');
    out_ += concat(pieces...);
    out_ += '\n';
  }
  void body(const Body& body) {
    ++indent_;
    for (const StmtPtr& stmt : body) print(*stmt);
    --indent_;
  }
  void assign(const Assign& assign);
  void if_chain(const If& branch, const char* keyword);
  void with(const With& with);
  void function(const FunctionDef& function);
  void class_def(const ClassDef& def);

  std::string out_;
  int indent_ = 0;
};

std::string joined(const ExprList& list) {
  std::vector<std::string> parts;
  for (const ExprPtr& expr : list) parts.push_back(to_text(*expr));
  return join(parts, ", ");
}

std::string joined(const std::vector<ImportName>& names) {
  std::vector<std::string> parts;
  for (const ImportName& name : names)
    parts.push_back(name.alias.empty() ? name.path : name.path + " as " + name.alias);
  return join(parts, ", ");
}

// "keyword", or "keyword value" when there is one.
std::string with_value(const char* keyword, const ExprPtr& value) {
  return value ? concat(keyword, " ", to_text(*value)) : keyword;
}

std::string param_text(const Param& param) {
  std::string out = param.name;
  if (param.annotation) out += ": " + to_text(*param.annotation);
  if (param.default_value) out += "=" + to_text(*param.default_value);
  return out;
}

void StmtPrinter::print(const Stmt& stmt) {
  switch (stmt.kind) {
    case NodeKind::kExprStmt:
      return line(to_text(*as<ExprStmt>(stmt).value));
    case NodeKind::kAssign:
      return assign(as<Assign>(stmt));
    case NodeKind::kAugAssign: {
      const auto& augmented = as<AugAssign>(stmt);
      return line(to_text(*augmented.target), " ", to_text(augmented.op), "= ", to_text(*augmented.value));
    }
    case NodeKind::kIf:
      return if_chain(as<If>(stmt), "if ");
    case NodeKind::kWhile:
      line("while ", to_text(*as<While>(stmt).condition), ":");
      return body(as<While>(stmt).body);
    case NodeKind::kFor: {
      const auto& loop = as<For>(stmt);
      line("for ", to_text(*loop.target), " in ", to_text(*loop.iterable), ":");
      return body(loop.body);
    }
    case NodeKind::kBreak:
      return line("break");
    case NodeKind::kContinue:
      return line("continue");
    case NodeKind::kPass:
      return line("pass");
    case NodeKind::kReturn:
      return line(with_value("return", as<Return>(stmt).value));
    case NodeKind::kRaise: {
      const auto& raise = as<Raise>(stmt);
      return line(with_value("raise", raise.exception), raise.cause ? " from " + to_text(*raise.cause) : "");
    }
    case NodeKind::kAssert: {
      const auto& assertion = as<Assert>(stmt);
      return line("assert ", to_text(*assertion.condition),
                  assertion.message ? ", " + to_text(*assertion.message) : "");
    }
    case NodeKind::kDelete:
      return line("del ", joined(as<Delete>(stmt).targets));
    case NodeKind::kWith:
      return with(as<With>(stmt));
    case NodeKind::kFunctionDef:
      return function(as<FunctionDef>(stmt));
    case NodeKind::kClassDef:
      return class_def(as<ClassDef>(stmt));
    case NodeKind::kImport:
      return line("import ", joined(as<Import>(stmt).names));
    case NodeKind::kImportFrom:
      return line("from ", as<ImportFrom>(stmt).module, " import ", joined(as<ImportFrom>(stmt).names));
    default:
      return;
  }
}

void StmtPrinter::assign(const Assign& assign) {
  if (assign.annotation) {
    return line(to_text(*assign.targets[0]), " : ", to_text(*assign.annotation),
                assign.value ? " = " + to_text(*assign.value) : "");
  }
  std::string text;
  for (const ExprPtr& target : assign.targets) text += to_text(*target) + " = ";
  line(text, to_text(*assign.value));
}

void StmtPrinter::if_chain(const If& branch, const char* keyword) {
  line(keyword, to_text(*branch.condition), ":");
  body(branch.body);
  if (branch.orelse.empty()) return;
  if (branch.orelse.size() == 1 && is<If>(*branch.orelse[0])) return if_chain(as<If>(*branch.orelse[0]), "elif ");
  line("else:");
  body(branch.orelse);
}

void StmtPrinter::with(const With& with) {
  std::vector<std::string> items;
  for (const WithItem& item : with.items) {
    items.push_back(item.target ? to_text(*item.context) + " as " + to_text(*item.target) : to_text(*item.context));
  }
  line("with ", join(items, ", "), ":");
  body(with.body);
}

void StmtPrinter::function(const FunctionDef& function) {
  for (const ExprPtr& decorator : function.decorators) line("@", to_text(*decorator));
  std::vector<std::string> params;
  bool keyword_only = false;
  for (const Param& param : function.params) {
    if (param.keyword_only && !keyword_only) params.push_back("*");
    keyword_only = param.keyword_only;
    params.push_back(param_text(param));
  }
  line("def ", function.name, "(", join(params, ", "), ")", function.returns ? " -> " + to_text(*function.returns) : "",
       ":");
  body(function.body);
}

void StmtPrinter::class_def(const ClassDef& def) {
  for (const ExprPtr& decorator : def.decorators) line("@", to_text(*decorator));
  const std::string bases = def.bases.empty() ? "" : "(" + joined(def.bases) + ")";
  line("class ", def.name, bases, ":");
  body(def.body);
}

}  // namespace

std::string to_text(const Stmt& statement) {
  StmtPrinter printer;
  printer.print(statement);
  return printer.take();
}

std::string to_text(const File& file) {
  std::string out;
  for (const StmtPtr& statement : file.body) out += to_text(*statement);
  return out;
}

}  // namespace heddle::lang
