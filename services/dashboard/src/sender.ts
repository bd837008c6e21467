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
  const told = forwarded.at(-proxies)?.trim() ?? "";
  return isIP(told) ? told : connection;
}

/** The address itself, or of IPv6 the /64, which a host has to itself (RFC 6177): all of it is one sender. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return address;
  const [before = "", after = ""] = address.split("::");
  const [head, tail] = [before, after].map((part) => part.split(":").filter(Boolean)) as [string[], string[]];
  const zeros = Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...(address.includes("::") ? zeros : []), ...tail].slice(0, 4).join(":");
}
