import assert from "node:assert/strict";
import { test } from "node:test";

// The worker as its page sees it: messages go in, and come out.
const out = [];
let waiting = () => {};
globalThis.postMessage = (message) => {
  out.push(message);
  waiting();
};
// A real one would keep this process alive.
globalThis.MessageChannel = class {
  port1 = { onmessage() {} };
  port2 = { postMessage: () => setImmediate(() => this.port1.onmessage()) };
};
let receive;
globalThis.addEventListener = (_, listener) => { receive = listener; };
await import("../../fgsm/engine/worker.js");
const send = (message) => void receive({ data: message });
const next = () => new Promise((done) => { waiting = done; });

const CODE = { name: "qr", request: { link: "https://example.org/" } };

test("a worker that gets nothing to compute with says so", async () => {
  send({ text: "cut off", png: new Uint8Array() });
  await next();
  const [{ id, problem }] = out.splice(0);
  assert.equal(id, undefined);
  assert.match(problem, /JSON/);
});

test("a question is dropped even before there is anything to compute with", async () => {
  send({ id: 1, ...CODE });
  send({ id: 2, ...CODE });
  send({ id: 1 });
  assert.deepEqual(out, []);
  const { readFileSync } = await import("node:fs");
  const png = new Uint8Array(readFileSync(new URL("../../fgsm/ui/digits.png", import.meta.url)));
  send({ text: JSON.stringify({ models: {}, surveys: {}, controls: {} }), png });
  await next();
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(out.map(({ id }) => id), [2]);
});
