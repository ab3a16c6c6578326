// torch::nn::functional around a model: every function with the options programs give it.
#include <torch/torch.h>

namespace F = torch::nn::functional;

static torch::Tensor some(torch::IntArrayRef sizes) {
  int64_t count = 1;
  for (const int64_t size : sizes) count *= size;
  return torch::sin(torch::arange(count, torch::kFloat) * 1.7).reshape(sizes);
}
static void show(const char* name, const torch::Tensor& t) { std::cout << name << " " << t << "\n"; }
static void show(const char* name, const std::tuple<torch::Tensor, torch::Tensor>& two) {
  show(name, std::get<0>(two));
  show(name, std::get<1>(two));
}

static void activations() {
  const torch::Tensor x = some({2, 4}) * 3;
  show("leaky_relu", F::leaky_relu(x, F::LeakyReLUFuncOptions().negative_slope(0.2)));
  show("elu", F::elu(x, F::ELUFuncOptions().alpha(0.42)));
  show("celu", F::celu(x, F::CELUFuncOptions().alpha(0.5)));
  torch::Tensor in_place = x.clone();
  F::relu(in_place, F::ReLUFuncOptions().inplace(true));
  show("relu", in_place);
  show("relu", F::relu(x));
  show("relu6", F::relu6(x * 4));
  show("selu", F::selu(x));
  show("silu", F::silu(x));
  show("mish", F::mish(x));
  show("logsigmoid", F::logsigmoid(x));
  show("softsign", F::softsign(x));
  show("tanhshrink", F::tanhshrink(x));
  show("prelu", F::prelu(x, torch::full({1}, 0.25)));
  show("gelu", F::gelu(x));
  show("gelu", F::gelu(x, F::GELUFuncOptions().approximate("tanh")));
  show("hardshrink", F::hardshrink(x, F::HardshrinkFuncOptions().lambda(1)));
  show("softshrink", F::softshrink(x, 1.));
  show("hardtanh", F::hardtanh(x, F::HardtanhFuncOptions().min_val(-1.5).max_val(2)));
  show("softplus", F::softplus(x, F::SoftplusFuncOptions().beta(2).threshold(1)));
  show("threshold", F::threshold(x, F::ThresholdFuncOptions(0.5, -7).inplace(false)));
  show("glu", F::glu(x, 1));
  show("softmax", F::softmax(x, 1));
  show("softmin", F::softmin(x, 1));
  show("log_softmax", F::log_softmax(x, F::LogSoftmaxFuncOptions(1).dtype(torch::kDouble)));
  show("dropout", F::dropout(x, F::DropoutFuncOptions().p(0.5).training(false)));
  show("gumbel_softmax", F::gumbel_softmax(x, F::GumbelSoftmaxFuncOptions().hard(true).dim(-1)).sum(-1));
}

static void layers() {
  const torch::Tensor line = some({1, 2, 6}), image = some({1, 2, 4, 4}), volume = some({1, 1, 2, 4, 4});
  show("conv1d", F::conv1d(line, some({3, 2, 3}), F::Conv1dFuncOptions().stride(2).padding(1)));
  show("conv2d",
       F::conv2d(image, some({2, 1, 3, 3}),
                 F::Conv2dFuncOptions().bias(torch::ones(2)).padding(torch::ExpandingArray<2>({1, 0})).groups(2)));
  show("conv2d same", F::conv2d(image, some({2, 2, 3, 3}), F::Conv2dFuncOptions().padding(torch::kSame)));
  show("conv3d", F::conv3d(volume, some({1, 1, 2, 3, 3}), F::Conv3dFuncOptions().dilation(1)));
  show("conv_transpose1d", F::conv_transpose1d(line, some({2, 1, 3}), F::ConvTranspose1dFuncOptions().stride(2)));
  show("conv_transpose2d", F::conv_transpose2d(image, some({2, 1, 2, 2}), F::ConvTranspose2dFuncOptions().stride(2)));
  show("max_pool1d", F::max_pool1d(line, F::MaxPool1dFuncOptions(3).stride(2)));
  show("max_pool2d", F::max_pool2d(image, F::MaxPool2dFuncOptions({2, 2}).padding(1).ceil_mode(true)));
  show("max_pool2d", F::max_pool2d_with_indices(image, F::MaxPool2dFuncOptions(2)));
  show("max_pool3d", F::max_pool3d(volume, F::MaxPool3dFuncOptions(2)));
  show("avg_pool1d", F::avg_pool1d(line, F::AvgPool1dFuncOptions(2)));
  show("avg_pool2d", F::avg_pool2d(image, F::AvgPool2dFuncOptions(3).stride(1).padding(1).count_include_pad(false)));
  show("adaptive_avg_pool2d", F::adaptive_avg_pool2d(image, F::AdaptiveAvgPool2dFuncOptions({2, 3})));
  show("adaptive_max_pool1d", F::adaptive_max_pool1d(line, F::AdaptiveMaxPool1dFuncOptions(2)));
  show("batch_norm", F::batch_norm(image, torch::zeros(2), torch::ones(2) * 2, F::BatchNormFuncOptions().eps(1e-3)));
  show("instance_norm", F::instance_norm(image, F::InstanceNormFuncOptions().weight(some({2}) + 2)));
  show("layer_norm", F::layer_norm(line, F::LayerNormFuncOptions({6}).weight(some({6}) + 2)));
  show("group_norm", F::group_norm(image, F::GroupNormFuncOptions(2)));
  show("normalize", F::normalize(line, F::NormalizeFuncOptions().p(1).dim(2)));
  const torch::Tensor words = torch::tensor({0, 2, 1, 2}, torch::kLong);
  show("embedding", F::embedding(words, some({3, 2})));
  show("one_hot", F::one_hot(words, 4));
  show("linear", F::linear(some({2, 3}), some({4, 3}), some({4})));
  show("bilinear", F::bilinear(some({2, 3}), some({2, 2}), some({1, 3, 2})));
  show("unfold", F::unfold(image, F::UnfoldFuncOptions({3, 3}).stride(1)));
  show("fold", F::fold(some({1, 4, 4}), F::FoldFuncOptions({4, 4}, {2, 2}).stride(2)));
  show("pixel_shuffle", F::pixel_shuffle(some({1, 4, 2, 2}), F::PixelShuffleFuncOptions(2)));
  show("pixel_unshuffle", F::pixel_unshuffle(some({1, 1, 4, 4}), F::PixelUnshuffleFuncOptions(2)));
  show("pairwise_distance", F::pairwise_distance(some({2, 3}), -some({2, 3})));
  show("cosine_similarity",
       F::cosine_similarity(some({2, 3}), some({3, 2}).t(), F::CosineSimilarityFuncOptions().dim(1)));
  show("pdist", F::pdist(some({3, 3})));
  show("interpolate",
       F::interpolate(
           image,
           F::InterpolateFuncOptions().size(std::vector<int64_t>{3, 5}).mode(torch::kBilinear).align_corners(true)));
  show("pad", F::pad(line, F::PadFuncOptions({1, 2}).mode(torch::kReflect)));
  const torch::Tensor grid = F::affine_grid(torch::eye(3).slice(0, 0, 2).unsqueeze(0) * 0.8, {1, 2, 3, 3});
  show("grid_sample",
       F::grid_sample(
           image, grid,
           F::GridSampleFuncOptions().mode(torch::kBilinear).padding_mode(torch::kBorder).align_corners(false)));
}

static void pools() {
  const torch::Tensor line = some({1, 2, 6}), image = some({1, 2, 4, 4}), volume = some({1, 1, 2, 4, 4});
  show("lp_pool1d", F::lp_pool1d(line, F::LPPool1dFuncOptions(3, 2).stride(1)));
  show("lp_pool2d", F::lp_pool2d(image.abs(), F::LPPool2dFuncOptions(2, {2, 3}).stride(1)));
  const auto best = F::max_pool1d_with_indices(line, F::MaxPool1dFuncOptions(2));
  show("max_unpool1d", F::max_unpool1d(std::get<0>(best), std::get<1>(best), F::MaxUnpool1dFuncOptions(2)));
  const auto best2 = F::max_pool2d_with_indices(image, F::MaxPool2dFuncOptions(2));
  show("max_unpool2d", F::max_unpool2d(std::get<0>(best2), std::get<1>(best2),
                                       F::MaxUnpool2dFuncOptions(2).output_size(std::vector<int64_t>({1, 2, 4, 4}))));
  const auto best3 = F::max_pool3d_with_indices(volume, F::MaxPool3dFuncOptions(2));
  show("max_unpool3d", F::max_unpool3d(std::get<0>(best3), std::get<1>(best3), F::MaxUnpool3dFuncOptions(2)));
  show("local_response_norm", F::local_response_norm(image * 3, F::LocalResponseNormFuncOptions(2).alpha(0.1)));
  show("local_response_norm", F::local_response_norm(line * 3, F::LocalResponseNormFuncOptions(3).k(2)));
  const torch::Tensor words = torch::tensor({0, 2, 1, 2}, torch::kLong);
  show("embedding_bag",
       F::embedding_bag(words.view({2, 2}), some({3, 2}), F::EmbeddingBagFuncOptions().mode(torch::kSum)));
  show("embedding_bag",
       F::embedding_bag(words, some({3, 2}),
                        F::EmbeddingBagFuncOptions().mode(torch::kMax).offsets(torch::tensor({0, 3}, torch::kLong))));
  show("ctc_loss", F::ctc_loss(some({5, 2, 4}).log_softmax(2), torch::tensor({1, 2, 3, 1}, torch::kLong).view({2, 2}),
                               torch::tensor({5, 4}, torch::kLong), torch::tensor({2, 1}, torch::kLong)));
}

static void losses() {
  const torch::Tensor x = some({3, 4}), y = some({4, 3}).t().contiguous();
  const torch::Tensor target = torch::tensor({1, 0, 3}, torch::kLong), sign = torch::tensor({1.f, -1.f, 1.f});
  show("mse_loss", F::mse_loss(x, y));
  show("l1_loss", F::l1_loss(x, y, F::L1LossFuncOptions(torch::kNone)));
  show("smooth_l1_loss", F::smooth_l1_loss(x, y, F::SmoothL1LossFuncOptions(torch::kSum)));
  show("huber_loss", F::huber_loss(x, y, F::HuberLossFuncOptions().delta(0.3)));
  show("binary_cross_entropy", F::binary_cross_entropy(x.sigmoid(), y.sigmoid()));
  show("with_logits", F::binary_cross_entropy_with_logits(
                          x, y, F::BinaryCrossEntropyWithLogitsFuncOptions().pos_weight(torch::ones(4) * 2)));
  show("nll_loss", F::nll_loss(x.log_softmax(1), target));
  show("cross_entropy",
       F::cross_entropy(x, target, F::CrossEntropyFuncOptions().ignore_index(0).reduction(torch::kSum)));
  show("cross_entropy", F::cross_entropy(x, target, F::CrossEntropyFuncOptions().label_smoothing(0.1)));
  show("kl_div", F::kl_div(x.log_softmax(1), y.softmax(1), F::KLDivFuncOptions(torch::kBatchMean)));
  show("cosine_embedding_loss", F::cosine_embedding_loss(x, y, sign, F::CosineEmbeddingLossFuncOptions().margin(0.1)));
  show("margin_ranking_loss", F::margin_ranking_loss(x[0].slice(0, 0, 3), y[0].slice(0, 0, 3), sign));
  show("hinge_embedding_loss", F::hinge_embedding_loss(x[0].slice(0, 0, 3), sign));
  show("triplet_margin_loss", F::triplet_margin_loss(x, y, -x, F::TripletMarginLossFuncOptions().margin(0.5)));
  show("soft_margin_loss", F::soft_margin_loss(x, y.sign()));
}

int main() {
  torch::NoGradGuard no_grad;
  activations();
  layers();
  pools();
  losses();
  return 0;
}
