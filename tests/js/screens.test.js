import assert from "node:assert/strict";
import { test } from "node:test";

import { swiped } from "../../fgsm/ui/stage/swipe.js";

test("a swipe across the window goes through all of epsilon", () => {
  assert.equal(swiped(0, 360, 360, 100), 100);
  assert.equal(swiped(24, 36, 360, 100), 34);
  assert.equal(swiped(24, -1, 360, 100), 24);
});
