import assert from "node:assert/strict";
import { test } from "node:test";

import { Answers } from "../../fgsm/ui/stage/answers.js";

/** A server that notes what it is asked for. */
function serverOf(refused = null) {
  const asked = [];
  const answer = (name) => async (request) => {
    asked.push([name, request]);
    return request.index === refused ? { error: "No." } : { name, index: request.index };
  };
  return { asked, attack: answer("attack"), compare: answer("compare") };
}

test("what was fetched before is answered without the server, whichever part is asked for", async () => {
  const server = serverOf();
  const answers = new Answers(server);
  await answers.prefetch([{ index: 1, attack: "a", label: null }, { index: 2, attack: "a" }]);
  assert.equal(server.asked.length, 4);
  assert.ok(server.asked.every(([name, { ks }]) => name === "compare" || ks === null));
  const kept = await answers.attack({ attack: "a", index: 1, ks: [0, 5] });
  assert.deepEqual(kept, { name: "attack", index: 1 });
  assert.deepEqual(await answers.compare({ attack: "a", index: 2, label: null, compared: ["x"] }), { name: "compare", index: 2 });
  await answers.prefetch([{ index: 1, attack: "a" }]);
  assert.equal(server.asked.length, 4);
});

test("another digit, attack or label is another question", async () => {
  const server = serverOf();
  const answers = new Answers(server);
  await answers.prefetch([{ index: 1, attack: "a" }]);
  for (const request of [{ index: 3, attack: "a" }, { index: 1, attack: "b" }, { index: 1, attack: "a", label: 0 }, { index: 1, attack: "a", twin: true }])
    await answers.attack(request);
  assert.equal(server.asked.length, 2 + 4);
});

test("what cannot be fetched is an error, and nothing is kept of it", async () => {
  const server = serverOf(7);
  const answers = new Answers(server);
  await assert.rejects(answers.prefetch([{ index: 7 }]), /No\./);
  await answers.attack({ index: 7 });
  assert.equal(server.asked.length, 3);
});
