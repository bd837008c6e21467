import { pageText } from "../docs/running-shop.ts";
import { stepsOf } from "../docs/steps.ts";
import { statusesIn } from "../docs/terminal.ts";
import { run } from "./cluster.ts";
import { figure, secondsSince } from "./figures.ts";
import { imageOf, services } from "./images.ts";
import { runLabel, useNamespace } from "./namespace.ts";
import { type Operator, useOperator } from "./operator.ts";

// The commands of the pages about Kubernetes, carried out to the letter, in the pages' order. Only what brings images
// to the cluster is left to IMAGE_BUILD and IMAGE_LOAD: clusters differ in it.

const selector = "app.kubernetes.io/name=shop,app.kubernetes.io/instance=shop";
/** What is asked for when nothing may be left of a release. */
const ofRelease = "persistentvolumeclaims,secrets,configmaps,statefulsets,deployments,pods,jobs,services";
const slow = 900_000;

/** The blocks of commands under a heading of a page, which do not ask for anything to be seen. */
const blocksOf = (page: string, heading: string): string[] => {
  const section = pageText(page)
    .split(/^#+ /m)
    .find((part) => part.startsWith(`${heading}\n`));
  return [...(section ?? "").matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
};

/** What `helm install` printed, from waiting until all is ready, by way of the dashboard, to a paid order. Answers with the order's id. */
async function followNotes(operator: Operator, notes: string): Promise<string> {
  await operator.run((notes.match(/^ *kubectl .*rollout status .*$/gm) ?? []).join("\n"));
  await operator.forward(notes);
  await operator.run(/^ *(KEY=.*)$/m.exec(notes)?.[1] ?? "");
  expect(statusesIn(await operator.run('curl "http://localhost:8080/"'))).toEqual([200]);
  let id = "<id>";
  let product = "<product>";
  const answers: string[] = [];
  for (const command of notes.match(/curl -X .*/g) ?? []) {
    const printed = await operator.run(command.replaceAll("<id>", id).replaceAll("<product>", product));
    answers.push(`${/curl -X ([A-Z]+) "[^"]*?\d\/([a-z]+)/.exec(command)?.slice(1).join(" ")} ${statusesIn(printed)}`);
    if (command.includes("POST") && command.includes('/products"'))
      product = /"id":(\d+)/.exec(printed)?.[1] ?? product;
    if (command.includes("/orders?")) id = /"id":"([0-9a-f-]{36})"/.exec(printed)?.[1] ?? id;
  }
  expect(answers.slice(-5)).toEqual([
    "GET products 200",
    "POST cart 200",
    "GET cart 200",
    "POST orders 201",
    "POST pay 200",
  ]);
  expect(answers.slice(0, -5)).toEqual(/"stock":1000/.test(notes) ? ["POST products 201"] : []);
  return id;
}

/** The commands at the end of the notes, which remove what `helm uninstall` keeps. */
const removalIn = (notes: string): string =>
  (notes.slice(notes.indexOf("helm uninstall keeps")).match(/^ +kubectl .*$/gm) ?? []).join("\n");

test("the images have the names that the pages give them: IMAGE_PREFIX and IMAGE_TAG are not set", () => {
  expect(imageOf("cart")).toBe("localhost/shop-cart:dev");
});

describe("README.md, with Helm", () => {
  const namespace = useNamespace("readme");
  const operator = useOperator(() => namespace.name, ["silent", "include"]);
  const [block = ""] = blocksOf("README.md", "On Kubernetes");
  const [build, load, install = "", ...rest] = block.trim().split("\n");
  let notes: string;
  let id: string;

  test(
    "it builds and loads images as make e2e does, by other commands; helm install is ready when it ends",
    async () => {
      expect(build).toBe("make images");
      expect(load).toBe(
        `for name in ${services.join(" ")}; do kind load docker-image "localhost/shop-$name:dev"; done`,
      );
      const begin = performance.now();
      notes = await operator.run(install);
      figure("helm install --wait", secondsSince(begin));
      expect(notes).toContain("STATUS: deployed");
    },
    slow,
  );

  test("helm test succeeds", async () => {
    expect(rest).toEqual(["helm test shop"]);
    expect(await operator.run(rest.join("\n"))).toMatch(/Phase:\s+Succeeded/);
  });

  test("what helm install printed leads to a paid order", async () => {
    id = await followNotes(operator, notes);
  });

  test("docs/images.md: the key is in the Secret", async () => {
    const [command = ""] = /^kubectl get secret .*$/m.exec(pageText("docs/images.md")) ?? [];
    const key = await operator.run(command);
    expect(key.trim()).toBe((await operator.run("echo $KEY")).trim());
  });

  test("databases and keys stay when the release is uninstalled, and are found again", async () => {
    await operator.run("helm uninstall shop --wait");
    await operator.run(install);
    await operator.forward(notes);
    const printed = await operator.run(`curl "http://localhost:8003/orders/${id}" -H "X-API-Key: $KEY"`);
    expect(statusesIn(printed)).toEqual([200]);
    expect(printed).toContain('"status":"PAID"');
  });

  test("what helm install printed removes them as well", async () => {
    await operator.run(`helm uninstall shop --wait\n${removalIn(notes)}`);
    expect(await namespace.list(ofRelease, "-l", selector)).toEqual([]);
  });
});

describe("README.md, with kubectl alone", () => {
  const namespace = useNamespace("kubectl");
  const operator = useOperator(() => namespace.name, ["silent", "include"]);
  const [, block = ""] = blocksOf("README.md", "On Kubernetes");

  test("all services get ready, and have the sample products", async () => {
    const printed = await operator.run(block);
    for (const service of services) expect(printed).toMatch(new RegExp(`shop-${service}\\S* created`));
    const { data } = await namespace.get("secret", "shop-keys");
    const key = Buffer.from(data?.admin ?? "", "base64").toString();
    const [, forwarding] = /`(kubectl port-forward [^`]+)`/.exec(pageText("README.md")) ?? [];
    await operator.forward(`${forwarding} &`);
    const answer = await operator.run(`curl "http://localhost:8080/api/catalog/products" -H "X-API-Key: ${key}"`);
    expect(statusesIn(answer)).toEqual([200]);
    expect(answer).toContain('"name":"Laptop"');
  });
});

describe("helm/shop/README.md", () => {
  const namespace = useNamespace("chart-page");
  const operator = useOperator(() => namespace.name, ["silent", "include"]);
  const [block = ""] = blocksOf("helm/shop/README.md", "The chart of Shop");

  test("install and test in one go; then what was printed leads from a new product to a paid order", async () => {
    const printed = await operator.run(block);
    expect(printed).toMatch(/Phase:\s+Succeeded/);
    await followNotes(operator, printed.slice(0, printed.lastIndexOf("NAME: shop")));
  });
});

describe("docs/operations.md", () => {
  const operator = useOperator(() => "shop");
  const page = pageText("docs/operations.md");
  const steps = stepsOf(page).map((step) => ({ ...step, title: step.title.split(". ")[0] }));
  const step = (number: number) => steps[number - 1]?.script ?? "";
  let isOurs = false;

  beforeAll(async () => {
    const there = await run("kubectl", ["get", "namespaces", "--output=name"]);
    if (there.split("\n").includes("namespace/shop"))
      throw new Error("The page's namespace is shop, and this cluster has one already: it is not touched.");
    isOurs = true;
  });
  afterAll(async () => {
    await operator.endForwards();
    if (isOurs && process.env.E2E_KEEP !== "1")
      await run("kubectl", ["delete", "namespace", "shop", "--ignore-not-found"]);
  });

  test.each(steps)(
    "$number: $title",
    async ({ number, script, statuses, shown, absent }) => {
      // A forwarding ends with its pod, as the page says.
      if (script.includes("http://localhost")) await operator.forward(page);
      const begin = performance.now();
      const printed = await operator.run(script);
      figure("took", secondsSince(begin));
      if (number === 1) await run("kubectl", ["label", "namespace", "shop", runLabel]);
      expect(statusesIn(printed)).toEqual(statuses);
      for (const text of shown) expect(printed).toContain(operator.expand(text));
      for (const text of absent) expect(printed).not.toContain(operator.expand(text));
    },
    slow,
  );

  test("the commands within its sentences name what is there", async () => {
    const commands = [...page.matchAll(/`(kubectl [^`\n<]+--namespace shop)`/g)].map(([, command]) => command);
    expect(commands.length).toBeGreaterThanOrEqual(2);
    // An editor that changes nothing.
    await operator.run(`EDITOR=true\nset -e\n${commands.join("\n")}`);
    // What the last test installs by.
    const [, values = ""] = /`(helm get values [^`]+ > shop\.yaml)`/.exec(page) ?? [];
    await operator.run(`rm shop.yaml && ${values}`);
  });

  test(
    "uninstalled and installed again, the databases, backups and keys are found, and can be removed for good",
    async () => {
      const [uninstall = "", ...removal] = blocksOf("docs/operations.md", "Uninstall");
      expect(removal).toHaveLength(2);
      await operator.run(uninstall);
      await operator.run(step(2));
      await operator.forward(page);
      const backups = await operator.run('curl -i "http://localhost:8003/admin/backups" -H "X-API-Key: $KEY"');
      expect(statusesIn(backups)).toEqual([200]);
      expect(backups).toContain("orders-");
      // Of step 3: it has been backed up, restored and kept.
      expect(await operator.run('curl "http://localhost:8003/orders" -H "X-API-Key: $KEY"')).toContain('"journey-');

      await operator.endForwards();
      await operator.run([uninstall, ...removal].join("\n"));
      const kept = await run("kubectl", ["get", ofRelease, "--namespace=shop", "-l", selector, "--output=name"]);
      expect(kept).toBe("");
    },
    slow,
  );
});
