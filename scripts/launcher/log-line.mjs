const codes = { dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };
const hues = ["cyan", "green", "magenta", "blue", "yellow"];
const levelHue = { warn: "yellow", error: "red", fatal: "red" };

/**
 * Makes `format(service, line)`, which turns a JSON log line of a service into one for people:
 * time, service, level, what happened, and the fields that are left as name=value. Anything else is passed with its prefix.
 */
export function createLogFormat(services, { colour }) {
  const paint = (name, text) => (colour && name ? `\u001b[${codes[name]}m${text}\u001b[0m` : text);
  const width = Math.max(...services.map(({ name }) => name.length));
  const prefix = new Map(services.map(({ name }, at) => [name, paint(hues[at % hues.length], name.padEnd(width))]));
  return ({ name }, line) => {
    const entry = parse(line);
    if (!entry) return `${" ".repeat(12)} ${prefix.get(name)} ${visible(line)}`;
    const { time, level, msg, err, service: _service, pid: _pid, hostname: _hostname, ...fields } = entry;
    const { text, rest } = whatHappened(msg, fields);
    const trailer = Object.entries(rest).map(([key, value]) => `${key}=${asText(value)}`);
    const label = paint(levelHue[level] ?? "dim", String(level).padEnd(5));
    const first = [paint("dim", clock(time)), prefix.get(name), label, text, paint("dim", trailer.join(" "))].join(" ");
    return [first.trimEnd(), ...stackOf(err).map((row) => paint("dim", `${" ".repeat(14 + width)}${row}`))].join("\n");
  };
}

/** The line of an answered request reads as the request; every other line begins with its message. */
function whatHappened(msg, fields) {
  if (!fields.method || !fields.route || !fields.status) return { text: visible(String(msg ?? "")), rest: fields };
  const { method, route, status, ms, ...rest } = fields;
  return { text: visible(`${method} ${route} ${status}${ms === undefined ? "" : ` ${ms} ms`}`), rest };
}

function parse(line) {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const clock = (time) => {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return " ".repeat(12);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
};

const stackOf = (err) =>
  err
    ? String(err.stack ?? err.message ?? err)
        .split("\n")
        .map(visible)
    : [];

const asText = (value) => visible(typeof value === "string" ? value : JSON.stringify(value));

/** Control characters as escapes: what a client sent must not steer the terminal that shows the log. */
const visible = (text) =>
  text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
