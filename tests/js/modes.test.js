import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.location = { hash: "#e=7", search: "?hide=point&present" };
const { isHidden, linked, modes, problem } = await import("../../fgsm/ui/shared/modes.js");

test("a hash that is wrong leaves the query's modes as they are", () => {
  assert.equal(linked, null);
  assert.match(problem, /^This link says e=7: .* So here is the first page\.$/);
  assert.deepEqual(modes, { present: true, embed: false, hide: ["point"], tour: null, lang: null });
  assert.ok(isHidden("point") && !isHidden("chart"));
});
