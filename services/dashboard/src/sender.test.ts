import type { IncomingMessage } from "node:http";
import { networkOf, senderOf } from "./sender.ts";

const request = (forwarded?: string) =>
  ({ headers: { "x-forwarded-for": forwarded }, socket: { remoteAddress: "10.0.0.9" } }) as unknown as IncomingMessage;

test.each([
  { proxies: 0, forwarded: "203.0.113.7", from: "10.0.0.9" },
  { proxies: 1, forwarded: "203.0.113.7", from: "203.0.113.7" },
  { proxies: 1, forwarded: "198.51.100.1, 203.0.113.7", from: "203.0.113.7" },
  { proxies: 2, forwarded: "198.51.100.1, 203.0.113.7, 10.0.0.2", from: "203.0.113.7" },
  { proxies: 1, forwarded: "2001:db8::1", from: "2001:db8::1" },
  { proxies: 1, forwarded: undefined, from: "10.0.0.9" },
  { proxies: 2, forwarded: "203.0.113.7", from: "10.0.0.9" },
  { proxies: 1, forwarded: "203.0.113.7:4711", from: "203.0.113.7" },
  { proxies: 1, forwarded: "[2001:db8::1]:4711", from: "2001:db8::1" },
  { proxies: 1, forwarded: "unknown", from: "10.0.0.9" },
])("behind $proxies proxies, $forwarded comes from $from", ({ proxies, forwarded, from }) => {
  expect(senderOf(request(forwarded), proxies)).toBe(from);
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "0:0:0:0:0:ffff:cb00:7107"],
  ["::ffff:cb00:7107", "0:0:0:0:0:ffff:cb00:7107"],
  ["64:ff9b::203.0.113.7", "64:ff9b:0:0:0:0:cb00:7107"],
  ["fe80::1%eth0", "fe80:0:0:0"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["2001:db8:1:2::", "2001:db8:1:2"],
  ["::1", "0:0:0:0"],
  ["", ""],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
