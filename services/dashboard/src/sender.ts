import type { IncomingMessage } from "node:http";
import { isIP, isIPv6 } from "node:net";

/**
 * The address that a request comes from. Each of `proxies` in front adds to X-Forwarded-For the address that it was
 * asked from, so as many entries at its end are true; a caller can make up those before them. Where the header does not
 * tell, it is the address of the connection.
 */
export function senderOf({ headers, socket }: IncomingMessage, proxies: number): string {
  const connection = socket.remoteAddress ?? "";
  if (proxies === 0) return connection;
  const forwarded = String(headers["x-forwarded-for"] ?? "").split(",");
  // Some proxies add the port.
  const told = (forwarded.at(-proxies)?.trim() ?? "").replace(/^\[(.*)\](:\d+)?$|^([\d.]+):\d+$/, "$1$3");
  return isIP(told) ? told : connection;
}

/**
 * The address itself, or of IPv6 the /64, which a host has to itself (RFC 6177): all of it is one sender. IPv4 written as
 * IPv6 (RFC 4291, section 2.5.5.2; RFC 6052, section 2.1) is an address of its own.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  // In one form, whatever it was written in: hex digits, the longest run of zeros left out.
  const [before = "", after = ""] = new URL(`http://[${address.replace(/%.*/, "")}]`).hostname.slice(1, -1).split("::");
  const [head, tail] = [before, after].map((part) => part.split(":").filter(Boolean)) as [string[], string[]];
  const zeros = Array<string>(8 - head.length - tail.length).fill("0");
  const groups = [...head, ...zeros, ...tail];
  const isIPv4 = /^(0:0:0:0:0:ffff|64:ff9b:0:0:0:0):/.test(groups.join(":"));
  return groups.slice(0, isIPv4 ? 8 : 4).join(":");
}
