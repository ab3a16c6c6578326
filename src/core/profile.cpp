#include "core/profile.h"

#include <algorithm>
#include <tuple>

namespace heddle {

std::vector<Profile::Row> Profile::rows() const {
  std::vector<Row> rows;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [site, row] : rows_) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.total != b.total ? a.total > b.total : std::tie(a.name, a.place) < std::tie(b.name, b.place);
  });
  return rows;
}

void Profile::clear() {
  const std::lock_guard lock(mutex_);
  rows_.clear();
}

}  // namespace heddle
