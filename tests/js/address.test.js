import assert from "node:assert/strict";
import { test } from "node:test";

import { readable } from "../../fgsm/ui/shared/address.js";

test("of a file on a disk, only the name is read", () => {
  assert.equal(readable("https://example.org/fgsm/#d=403"), "https://example.org/fgsm/#d=403");
  assert.equal(readable("file:///home/ada/talks/fgsm.html#d=403"), "fgsm.html#d=403");
  assert.equal(readable("content://com.example.files/document/fgsm.html#d=403"), "fgsm.html#d=403");
  assert.equal(readable("file:///fgsm.html#px=a/b"), "fgsm.html#px=a/b");
});
