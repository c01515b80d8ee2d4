// @ts-check
// The Python that gives the same pixels and numbers as the stage, with the package's own functions.

import { EPSILONS, KEYS, inDecimals, isLabelled } from "../shared/words.js";

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Stage} Stage */
/** @typedef {import("../contract").Digit} Digit */

/**
 * @param {AttackRequest} request
 * @param {Pick<Stage, "model" | "attack" | "label" | "target">} stage
 * @param {Digit["frame"]} frame the clean digit, as the server packed it
 * @param {number} k which epsilon
 */
export function python({ source, index, ray }, { model, attack, label, target }, frame, k) {
  const isOwn = !isLabelled(source);
  const isTest = source === KEYS.MNIST_TEST;
  const aim = [
    `torch.Generator().manual_seed(${isOwn ? 0 : index})`,
    target === null ? "" : `torch.tensor([${target}])`,
    ray && attack === KEYS.RAY ? `ray=(${ray.join(", ")})` : "",
  ].filter(Boolean);
  return [
    isOwn ? "import base64, zlib\n" : "",
    "import torch",
    `from fgsm import ${isOwn || isTest ? "" : "builtin_digits, "}load_model, sweep`,
    "from fgsm.catalogue import ATTACKS, EPSILONS, Aim",
    isTest ? "from fgsm.digits import mnist_digits" : "",
    "from fgsm.frames import image_frames\n",
    `model = load_model("${model}", torch.device("cpu"))`,
    isOwn ? `pixels = zlib.decompress(base64.b64decode("${frame}"))` : "",
    isOwn
      ? `image = torch.tensor(list(pixels)).view(1, 1, 28, 28) / 255\nlabel = torch.tensor([${label}])`
      : `images, labels = ${isTest ? "mnist_digits(train=False, download=True)" : "builtin_digits()"}\n` +
        `image, label = images[${index}:${index + 1}], labels[${index}:${index + 1}]`,
    `aim = Aim(${aim.join(", ")})`,
    `swept = sweep(model, image, label, EPSILONS, ATTACKS["${attack}"].aimed(aim))`,
    `k = ${k}  # ε = ${inDecimals(EPSILONS[k])}`,
    "picture = image_frames(swept.adversarial[k, 0, 0])  # as shown: 28 x 28 bytes",
    "prediction, probabilities = swept.predictions[k, 0], swept.log_probs[k, 0].exp()",
    "print(prediction, probabilities.max(), swept.breaking_point)",
  ].filter(Boolean).join("\n");
}
