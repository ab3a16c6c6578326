// What torch/torch.h brings besides torch/script.h: torch::nn::functional.
#pragma once

#include "heddle_torch/all.h"
#include "heddle_torch/functional_activation.h"
#include "heddle_torch/functional_layers.h"
#include "heddle_torch/functional_loss.h"
#include "heddle_torch/functional_pool.h"
