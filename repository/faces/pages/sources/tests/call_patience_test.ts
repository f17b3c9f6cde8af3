// What is tried again, when, and with which words; time passes as the tests say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Patience, type Trouble } from "../uploads/call_patience";
import { Refusal, Stopped, type Answer, type Call } from "../uploads/server_calls";

const PUT: Call = { method: "PUT", url: "/api/a" };

function answer(status: number, body: unknown = null, retryAfter: number | null = null): Answer {
  return { status, body, retryAfter };
}

interface World {
  patience: Patience;
  calls: Call[];
  pauses: number[];
  troubles: (Trouble | null)[];
}

// A world in which every call gets the next of `answers`, and waiting takes no time.
function world(answers: (call: Call, number: number) => Answer, isOnline = true): World {
  const calls: Call[] = [];
  const pauses: number[] = [];
  const troubles: (Trouble | null)[] = [];
  const around = {
    transport: async (call: Call) => answers(call, calls.push(call)),
    sleep: async (milliseconds: number) => void pauses.push(milliseconds),
    random: () => 0.5,
    isOnline: () => isOnline,
  };
  const patience = new Patience(around, "token");
  patience.troubled = (trouble) => troubles.push(trouble);
  return { patience, calls, pauses, troubles };
}

test("a broken line is tried again, later and later, for as long as it takes", async () => {
  const { patience, pauses, troubles } = world((_, number) => answer(number <= 9 ? 0 : 200), false);
  assert.equal((await patience.ask(PUT)).status, 200);
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
  assert.equal(troubles[0], "offline");
  assert.equal(troubles.at(-1), null);
});

test("each trouble has its own word, and the wait that the server wants is kept", async () => {
  const statuses: [number, Trouble][] = [[429, "busy"], [503, "away"], [507, "full"], [502, "away"], [0, "silent"]];
  for (const [status, trouble] of statuses) {
    const { patience, pauses, troubles } = world((_, number) => answer(number === 1 ? status : 200, null, 7));
    await patience.ask(PUT);
    assert.deepEqual([troubles[0], pauses[0]], [trouble, 7875]);
  }
});

test("a refusal is not tried again", async () => {
  const { patience, calls } = world(() => answer(400, { message: "No." }));
  await assert.rejects(patience.ask(PUT), (error: unknown) => error instanceof Refusal && error.message === "No.");
  assert.equal(calls.length, 1);
});

test("a fault of the server is tried again some times, and then it is the file's", async () => {
  const { patience, calls } = world(() => answer(500, { message: "Sorry." }));
  await assert.rejects(patience.ask(PUT), Refusal);
  assert.equal(calls.length, 5);
});

test("a part that breaks off some times on a bad line arrives in the end, though all else goes through", async () => {
  let breaks = 0;
  const { patience } = world((call) => answer(call.method === "PUT" && ++breaks < 20 ? 0 : 200));
  const put = patience.ask(PUT);
  let isOver = false;
  const over = put.then(() => (isOver = true));
  for (let number = 0; number < 200 && !isOver; number++) await patience.ask({ method: "GET", url: "/api/b" });
  await over;
  assert.equal(breaks, 20);
});

test("a body that breaks off each time while all else goes through is given up", async () => {
  const { patience, calls } = world((call) => answer(call.method === "PUT" ? 0 : 200));
  const put = patience.ask(PUT);
  let isOver = false;
  const over = assert.rejects(put, Refusal).then(() => (isOver = true));
  for (let number = 0; number < 100 && !isOver; number++) await patience.ask({ method: "GET", url: "/api/b" });
  await over;
  assert(calls.filter((call) => call.method === "PUT").length < 100);
});

test("when the session is over, sending goes on with the next one", async () => {
  let sessions = 0;
  const { patience, calls, troubles } = world((call) => {
    if (call.url === "/api/session") return ++sessions < 3 ? answer(403) : answer(200, { csrf_token: "other" });
    return answer(call.headers?.["X-CSRF-Token"] === "other" ? 201 : 401);
  });
  assert.equal((await patience.ask(PUT)).status, 201);
  assert.equal(troubles[0], "signed_out");
  assert.equal(calls.at(-1)?.headers?.["X-CSRF-Token"], "other");
});

test("who may not do it is not asked to sign in", async () => {
  const { patience, troubles } = world((call) =>
    call.url === "/api/session" ? answer(200, { csrf_token: "token" }) : answer(403, { message: "Permission denied." }),
  );
  await assert.rejects(patience.ask(PUT), (error: unknown) => error instanceof Refusal && error.status === 403);
  assert.deepEqual(troubles, []);
});

test("another request that was faster is met a few times", async () => {
  const { patience, calls } = world((_, number) => answer(number < 3 ? 409 : 200));
  assert.equal((await patience.askCrossed(PUT)).status, 200);
  assert.equal(calls.length, 3);
  const always = world(() => answer(409));
  await assert.rejects(always.patience.askCrossed(PUT), Refusal);
  assert.equal(always.calls.length, 5);
});

test("a call that was stopped while it waited is not sent", async () => {
  const stop = new AbortController();
  const { patience, calls } = world(() => {
    stop.abort();
    return answer(503);
  });
  await assert.rejects(patience.ask({ ...PUT, signal: stop.signal }), Stopped);
  assert.equal(calls.length, 1);
});
