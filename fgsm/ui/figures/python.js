// @ts-check
// The Python that gives the same pixels and numbers as the stage, with the package's own functions.

import { EPSILONS, KEYS, attackOf, inDecimals, isLabelled } from "../shared/words.js";

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Stage} Stage */
/** @typedef {import("../contract").Digit} Digit */

/**
 * @param {Pick<AttackRequest, "source" | "index" | "ray">} request
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
      ? `image, label = torch.tensor(list(pixels)).view(1, 1, 28, 28) / 255, torch.tensor([${label}])`
      : `image, label = (each[${index}:${index + 1}] for each in ${isTest ? "mnist_digits(train=False, download=True)" : "builtin_digits()"})`,
    `aim = Aim(${aim.join(", ")})`,
    `swept = sweep(model, image, label, EPSILONS, ATTACKS["${attack}"].aimed(aim))  # ${attackOf(attack).name}`,
    `k = ${k}  # ε = ${inDecimals(EPSILONS[k])}`,
    "picture = image_frames(swept.adversarial[k, 0, 0])  # 28 x 28 bytes, as shown",
    "prediction, probabilities = int(swept.predictions[k]), swept.log_probs[k, 0].exp()",
    'print(prediction, f"{probabilities.max():.1%}", f"breaks at {float(swept.breaking_point):.3g}")',
  ].filter(Boolean).join("\n");
}
