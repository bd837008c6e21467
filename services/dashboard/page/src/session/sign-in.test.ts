import "../testing/storage.ts";
import { session } from "./session.ts";
import { signIn } from "./sign-in.ts";

const answers = new Map<string, { status: number; body: object } | "away">();
globalThis.fetch = async (input) => {
  const answer = answers.get(String(input).split("/")[2] ?? "");
  if (!answer || answer === "away") throw new TypeError("no connection");
  return new Response(JSON.stringify(answer.body), { status: answer.status });
};
const known = { status: 200, body: { caller: "clerk", scopes: ["carts"] } };
const refused = { status: 401, body: { code: "unauthorized" } };
const away = "away";

const services = ["catalog", "cart", "order", "payment"];
const say = (...said: (typeof known | typeof refused | "away")[]) =>
  services.forEach((service, at) => {
    answers.set(service, said[at] ?? away);
  });

test("one service that knows the key is enough, whatever the others say", async () => {
  say(refused, away, known, refused);
  await signIn("a-key");
  expect(session.value).toEqual({ key: "a-key", caller: "clerk", scopes: ["carts"] });
});

test("a key that none knows is refused, also while some are away", async () => {
  say(refused, away, refused, away);
  await expect(signIn("a-key")).rejects.toMatchObject({ code: "unauthorized" });
});

test("a key that nobody can be asked about is neither", async () => {
  say(away, away, away, away);
  await expect(signIn("a-key")).rejects.toMatchObject({ code: "not-checked" });
});
