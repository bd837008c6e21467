import { run } from "./cluster.ts";
import { figure, secondsSince } from "./figures.ts";
import { services } from "./images.ts";
import { useNamespace } from "./namespace.ts";
import { ports, useRelease } from "./release.ts";

const namespace = useNamespace("install");
const shop = useRelease(namespace);
let notes: string;
let readyMs: number;

beforeAll(async () => {
  const begin = performance.now();
  notes = await shop.install({ settings: { seedProducts: true } });
  await shop.ready(240_000);
  readyMs = performance.now() - begin;
}, 300_000);

test("all is ready within 60 s of helm install, under the restricted Pod Security Standard", async () => {
  figure("helm install to ready", `${(readyMs / 1000).toFixed(1)} s`);
  expect(readyMs).toBeLessThan(60_000);

  const { metadata } = await namespace.get("namespace", namespace.name);
  expect(metadata.labels).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
  const pods = await namespace.list("pods", "-l", shop.selector);
  const restarts = pods.map(({ status }) => status.containerStatuses[0].restartCount);
  expect(restarts).toEqual(services.map(() => 0));
});

test("helm test: the journey through all services succeeds", async () => {
  const begin = performance.now();
  expect(await shop.test()).toMatch(/Phase:\s+Succeeded/);
  figure("helm test", secondsSince(begin));
});

test("the commands that helm install prints lead from a product to a paid order", async () => {
  const readKey = /^ *(KEY=.*)$/m.exec(notes)?.[1];
  const commands = notes.match(/curl -X .*/g) ?? [];
  let id = "";
  const answers: string[] = [];
  for (const command of commands) {
    const script = `${readKey}\n${await atFreePorts(command)} -sS -w '\\n%{http_code}'`.replaceAll("<id>", id);
    const [body = "", status = ""] = (await run("bash", ["-c", script])).split(/\n(?=\d+$)/);
    answers.push(`${/curl -X ([A-Z]+) "[^"]*?\d\/([a-z]+)/.exec(command)?.slice(1).join(" ")} ${status}`);
    if (status === "201") id = JSON.parse(body).id;
  }
  expect(answers).toEqual(["GET products 200", "POST cart 200", "GET cart 200", "POST orders 201", "POST pay 200"]);
  const { body } = await shop.call("order", `GET /orders/${id}`);
  expect(body).toMatchObject({ status: "PAID", hold: "confirmed", total: 999.99 });
});

test("a forwarding of the dashboard is all that a person needs: the page, and the APIs behind it for who has the key", async () => {
  expect(notes).toContain(`port-forward service/${shop.name}-dashboard ${ports.dashboard} &`);
  const ask = (path: string, caller: string | null) => shop.call("dashboard", `GET ${path}`, { caller });

  const page = await ask("/", null);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toMatch(/^text\/html/);
  expect(page.headers.get("content-security-policy")).toMatch(/script-src 'self'(;|$)/);
  const parts = [...page.text.matchAll(/(?:src|href)="\.?(\/[^"]+\.(?:js|css))"/g)].map(([, path = ""]) => path);
  expect(parts).not.toEqual([]);
  for (const path of parts) expect(await ask(path, null)).toMatchObject({ status: 200 });

  expect(await ask("/api/catalog/products?limit=3", "admin")).toMatchObject({ status: 200, body: [{}, {}, {}] });
  expect(await ask("/api/catalog/products", null)).toMatchObject({ status: 401 });
  // It has no right that its caller lacks.
  expect(await ask("/api/payment/payments", "backup")).toMatchObject({ status: 403 });
});

/** The command with the ports that the notes forward replaced by free ones. */
async function atFreePorts(command: string): Promise<string> {
  let changed = command;
  for (const service of services)
    if (command.includes(`localhost:${ports[service]}`))
      changed = changed.replace(`http://localhost:${ports[service]}`, await shop.url(service));
  return changed;
}
