// What samples of several rounds say, and how sure they are of it. Pure functions; the same samples give the same
// numbers.
#pragma once

#include <vector>

namespace heddle::cli {

// A value, and where it lies with that confidence: 0.95, or less where there were few samples. 0: nothing is known, and
// both bounds are the value.
struct Band {
  double value = 0;
  double low = 0;
  double high = 0;
  double confidence = 0;
};

double median(std::vector<double> values);  // 0 of none

// The median of the rounds' values, with bounds by the bootstrap: rounds drawn with replacement. With less than six
// rounds, which are too few to draw from, the bounds are the least and the greatest of them: of n rounds these miss the
// median with a chance of 2^(1-n).
Band median_of_rounds(const std::vector<double>& rounds);

// The quantile of sorted samples, 0 <= q <= 1, with the samples whose ranks bound it whatever their distribution; of
// too few samples, none of which bounds it, nothing is known.
Band quantile(const std::vector<double>& sorted, double q);

}  // namespace heddle::cli
