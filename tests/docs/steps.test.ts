import { expectation, stepsOf } from "./steps.ts";
import { createTerminal, statusesIn } from "./terminal.ts";

// The checks of the pages are only worth what these make of them.

const block = "```sh\ncurl localhost\n```\n";

test("a step is a number, a block and an expectation", () => {
  const [step] = stepsOf(`**7.** Pay.\n\n${block}\nExpect: 200, 409, \`"a":1\`, not \`"b"\`\n`);
  expect(step).toEqual({
    number: 7,
    title: "Pay.",
    script: "curl localhost\n",
    statuses: [200, 409],
    shown: ['"a":1'],
    absent: ['"b"'],
  });
});

test("a block that would not be checked, and an expectation that cannot be read, are errors", () => {
  expect(() => stepsOf(`Pay.\n\n${block}`)).toThrow("1 blocks");
  expect(() => expectation("200, or perhaps 202")).toThrow("cannot be read");
});

test("a terminal keeps variables, shows errors, and tells of a command that failed", async () => {
  const terminal = createTerminal();
  await terminal.run("NAME='two words'");
  expect(await terminal.run('echo "$NAME" >&2')).toBe("two words\n");
  expect(terminal.expand('"user_id":"$NAME"')).toBe('"user_id":"two words"');
  await expect(terminal.run("curl http://127.0.0.1:1")).rejects.toThrow("exit code 7");
});

test("statuses are found one after another, after a body too", () => {
  expect(statusesIn("HTTP/1.1 200 OK\r\n\r\n{}HTTP/1.1 404 Not Found\r\n")).toEqual([200, 404]);
});
