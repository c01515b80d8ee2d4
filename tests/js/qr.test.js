import assert from "node:assert/strict";
import { test } from "node:test";

import { qrOf, qrPath } from "../../fgsm/ui/shared/qr.js";

test("a code is drawn row by row, each run of dark modules as one box", () => {
  assert.equal(qrPath(["101", "000", "011"]), "M0 0h1v1h-1zM2 0h1v1h-1zM1 2h2v1h-2z");
  assert.equal(qrPath([]), "");
});

test("a link is asked for once, unless there was no answer", async () => {
  let asked = 0;
  const ask = async ({ link }) => {
    asked += 1;
    return link.endsWith("c") ? { error: "No." } : { rows: [link] };
  };
  assert.deepEqual(await qrOf("https://a", ask), ["https://a"]);
  assert.deepEqual(await Promise.all([qrOf("https://b", ask), qrOf("https://b", ask)]), [["https://b"], ["https://b"]]);
  await qrOf("https://a", ask);
  assert.equal(asked, 2);
  for (const _ of [1, 2]) await assert.rejects(qrOf("https://c", ask), /No\./);
  assert.equal(asked, 4);
  await assert.rejects(qrOf("https://d", async () => undefined), /no answer/);
  assert.deepEqual(await qrOf("https://d", ask), ["https://d"]);
});
