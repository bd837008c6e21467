import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { refusal } from "../launcher/refusal.mjs";

const needed = 26; // the newest 1.x that a tool asks for
const fetching = 21; // from here on Go fetches a newer one by itself

/** Runs `go` and resolves to what it prints; what it complains of becomes the message of the refusal. */
export async function go(args) {
  // A workspace or flags of the person at the keyboard are meant for other code.
  const env = { ...process.env, GOFLAGS: "-mod=readonly -buildvcs=false", GOWORK: "off", CGO_ENABLED: "0" };
  try {
    const { stdout } = await promisify(execFile)("go", args, { env, maxBuffer: 64 * 2 ** 20 });
    return stdout;
  } catch (error) {
    if (error.code === "ENOENT") throw refusal(`There is no Go here, and ${why}`);
    throw refusal(`go ${args.join(" ")}\n${error.stdout}${error.stderr}`);
  }
}

/** Refuses with one clear line when Go is missing or too old. */
export async function requireGo() {
  const { GOVERSION, GOTOOLCHAIN } = JSON.parse(await go(["env", "-json", "GOVERSION", "GOTOOLCHAIN"]));
  const minor = Number(/^go1\.(\d+)/.exec(GOVERSION)?.[1] ?? needed); // without a number it is a build of Go's own makers
  if (minor < (GOTOOLCHAIN === "local" ? needed : fetching)) throw refusal(`This is ${GOVERSION}, and ${why}`);
}

const why = `the tools that check the chart are built with Go 1.${needed} (from 1.${fetching} on, Go fetches it by itself). See https://go.dev/dl/.`;
