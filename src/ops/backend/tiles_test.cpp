#include "ops/backend/tiles.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <ostream>
#include <tuple>
#include <vector>

#include "core/storage.h"
#include "ops/backend/test_numbers.h"
#include "ops/backend/tile_matrix.h"
#include "parallel/parallel.h"

namespace heddle::ops::backend {
namespace {

Floats fractions(int64_t count, int seed) {
  Floats result = numbers(count, seed);
  for (float& x : result) x /= 7;
  return result;
}

struct Panels {
  Panels(const Floats& matrix, int64_t depth, int64_t columns)
      : storage(Storage::allocate(packed_floats(depth, columns) * sizeof(float)).value()) {
    pack_panels({.from = matrix.data(), .run = depth, .columns = columns, .run_step = columns, .column_step = 1}, 0,
                panel_count(columns), data());
  }
  float* data() const { return static_cast<float*>(storage->data()); }
  Ref<Storage> storage;
};

std::vector<const float*> rows_of(const Floats& x, int64_t rows, int64_t taps, int64_t run) {
  std::vector<const float*> runs;
  for (int64_t tap = 0; tap < taps; ++tap) {
    for (int64_t i = 0; i < rows; ++i) runs.push_back(x.data() + (i * taps + tap) * run);
  }
  return runs;
}

struct Case {
  int64_t rows, taps, run, columns;
  friend void PrintTo(const Case& c, std::ostream* out) {
    *out << c.rows << " rows of " << c.taps << " x " << c.run << ", " << c.columns << " columns";
  }
};

// Every instruction set the processor has.
class Tiles : public testing::TestWithParam<std::tuple<int64_t, Case>> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(std::get<0>(GetParam())); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

TEST_P(Tiles, SumsProducts) {
  const auto [rows, taps, run, columns] = std::get<1>(GetParam());
  const int64_t depth = taps * run;
  const Floats x = numbers(rows * depth, 1), matrix = numbers(depth * columns, 2), bias = numbers(columns, 3),
               added = numbers(rows * columns, 4);
  const Panels panels(matrix, depth, columns);
  const std::vector<const float*> runs = rows_of(x, rows, taps, run);
  for (const bool in_place : {false, true}) {
    Floats output = in_place ? added : Floats(static_cast<size_t>(rows * columns), NAN);
    multiply_tiles({.runs = runs.data(),
                    .rows = rows,
                    .taps = taps,
                    .run = run,
                    .panels = panels.data(),
                    .columns = columns,
                    .bias = bias.data(),
                    .added = in_place ? output.data() : added.data(),
                    .added_step = columns,
                    .output = output.data(),
                    .output_step = columns,
                    .low = -20,
                    .high = 30});
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        float sum = bias[static_cast<size_t>(j)] + added[static_cast<size_t>(i * columns + j)];
        for (int64_t k = 0; k < depth; ++k) {
          sum += x[static_cast<size_t>(i * depth + k)] * matrix[static_cast<size_t>(k * columns + j)];
        }
        ASSERT_EQ(output[static_cast<size_t>(i * columns + j)], std::min(30.0f, std::max(-20.0f, sum)))
            << i << ", " << j;
      }
    }
  }
}

TEST_P(Tiles, BitsOfARowDoNotDependOnItsNeighbours) {
  const auto [rows, taps, run, columns] = std::get<1>(GetParam());
  const int64_t depth = taps * run;
  const Floats x = fractions(rows * depth, 1), matrix = fractions(depth * columns, 2);
  const Panels panels(matrix, depth, columns);
  const auto product = [&](int64_t first, int64_t count, Floats& output) {
    const Floats part(x.begin() + first * depth, x.begin() + (first + count) * depth);
    const std::vector<const float*> runs = rows_of(part, count, taps, run);
    multiply_tiles({.runs = runs.data(),
                    .rows = count,
                    .taps = taps,
                    .run = run,
                    .panels = panels.data(),
                    .columns = columns,
                    .output = output.data() + first * columns,
                    .output_step = columns});
  };
  Floats together(static_cast<size_t>(rows * columns)), apart = together;
  product(0, rows, together);
  for (int64_t i = 0; i < rows; ++i) product(i, 1, apart);
  EXPECT_EQ(together, apart);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Tiles,
                         testing::Combine(testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                                          testing::Values(Case{1, 1, 1, 1}, Case{1, 1, 40, 130}, Case{2, 1, 300, 100},
                                                          Case{3, 9, 16, 67}, Case{4, 1, 7, 16}, Case{5, 2, 3, 33},
                                                          Case{6, 1, 64, 64}, Case{7, 1, 600, 31}, Case{13, 9, 40, 48},
                                                          Case{25, 3, 700, 17}, Case{96, 1, 257, 20})));

TEST(TileProducts, KeepNaN) {
  const Floats x = {NAN}, matrix = {1};
  const Panels panels(matrix, 1, 1);
  const float* run = x.data();
  float output = 0;
  multiply_tiles({.runs = &run,
                  .rows = 1,
                  .run = 1,
                  .panels = panels.data(),
                  .columns = 1,
                  .output = &output,
                  .output_step = 1,
                  .low = 0,
                  .high = 6});
  EXPECT_TRUE(std::isnan(output));
}

TEST(TileMatrix, MultipliesOnAnyNumberOfThreads) {
  const int64_t in = 300, out = 210;
  const Floats weights = fractions(in * out, 1), bias = fractions(out, 2);
  for (const bool turned : {false, true}) {
    const auto packed = pack_tile_matrix(weights.data(), out, in, turned ? 1 : in, turned ? out : 1).value();
    for (const int64_t rows : {0, 1, 5, 97, 400}) {
      const Floats input = fractions(rows * in, 3);
      Floats first;
      for (const int threads : {1, 2, 3}) {
        ASSERT_TRUE(parallel::set_num_threads(threads).ok());
        Floats output(static_cast<size_t>(rows * out));
        Activation activation;
        activation.kind = Activation::Kind::kTanh;
        ASSERT_TRUE(packed->multiply(input.data(), rows, bias.data(), activation, output.data()).ok());
        if (threads == 1) first = output;
        EXPECT_EQ(output, first);
      }
      for (int64_t i = 0; i < rows; i += 3) {
        for (int64_t j = 0; j < out; j += 7) {
          double sum = bias[static_cast<size_t>(j)];
          for (int64_t k = 0; k < in; ++k) {
            sum += double{input[static_cast<size_t>(i * in + k)]} *
                   weights[static_cast<size_t>(turned ? k * out + j : j * in + k)];
          }
          ASSERT_NEAR(first[static_cast<size_t>(i * out + j)], std::tanh(sum), 2e-5);
        }
      }
    }
  }
}

}  // namespace
}  // namespace heddle::ops::backend
