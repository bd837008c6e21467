import "../testing/storage.ts";
import { isUserId } from "./customer.ts";
import { begin, forgetKey, masked, may, session, sessionKey } from "./session.ts";
import { isKey } from "./sign-in.ts";

test("a key is shown so that it cannot be used", () => {
  expect(masked("secret-key-123")).toBe("sec••••123");
  expect(masked("short")).toBe("••••");
});

test("what a key may do follows its scopes", () => {
  begin({ key: "k", caller: "clerk", scopes: ["orders:read"] });
  expect([may("orders:read"), may("orders:write")]).toEqual([true, false]);
  begin({ key: "k", caller: "admin", scopes: ["*"] });
  expect(may("anything:at-all")).toBe(true);
});

test("a key that is forgotten or refused is nowhere any more; what was begun under it stays for its caller", () => {
  for (const why of ["refused", "forgotten"] as const) {
    begin({ key: "k", caller: "clerk", scopes: [] });
    sessionStorage.setItem("intent:clerk:pay:1", "x");
    forgetKey(why);
    expect([session.value, sessionKey()]).toEqual([undefined, undefined]);
    expect(Object.keys(sessionStorage).length && sessionStorage.getItem("session")).toBeFalsy();
    expect(sessionStorage.getItem("intent:clerk:pay:1")).toBe("x");
  }
});

test("keys and user ids have their forms", () => {
  expect([isKey("secret-key-123"), isKey("two words"), isKey("ключ"), isKey("")]).toEqual([true, false, false, false]);
  expect([isUserId("user1"), isUserId("a@b.c"), isUserId(".hidden"), isUserId("x".repeat(65))]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
