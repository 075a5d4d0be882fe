import assert from "node:assert/strict";
import type { Labels } from "#controller/api/kube-object";
import type { Filter } from "#controller/providers/ec2-discovery-api";
import type { LaunchTemplate } from "#controller/providers/launch-template";
import { LaunchTemplates } from "#controller/providers/launch-templates";

const template: LaunchTemplate = {
  imageId: "ami-1",
  instanceProfile: "profile",
  userData: "hello",
  detailedMonitoring: false,
  blockDevices: [],
  networkInterfaces: [],
  metadata: {
    httpEndpoint: "enabled",
    httpProtocolIPv6: "disabled",
    httpPutResponseHopLimit: 1,
    httpTokens: "required",
  },
  tenancy: "default",
  enclave: false,
  spot: false,
  tags: { "eks:eks-cluster-name": "demo", "karpenter.k8s.aws/ec2nodeclass": "default" },
};

/** EC2's launch templates, in memory. */
class Account {
  readonly templates = new Map<string, Labels>();
  created = 0;

  createLaunchTemplate(name: string, { tags }: LaunchTemplate): Promise<void> {
    if (this.templates.has(name)) {
      const error = new Error("exists");
      error.name = "InvalidLaunchTemplateName.AlreadyExistsException";
      return Promise.reject(error);
    }
    this.templates.set(name, tags);
    this.created += 1;
    return Promise.resolve();
  }

  launchTemplates(filters: readonly Filter[]): Promise<readonly { name: string; tags: Labels }[]> {
    const matches = (name: string, tags: Labels): boolean =>
      filters.every(({ name: key, values }) =>
        values.includes((key === "launch-template-name" ? name : tags[key.replace("tag:", "")]) ?? ""),
      );
    const found = [...this.templates].filter(([name, tags]) => matches(name, tags));
    return Promise.resolve(found.map(([name, tags]) => ({ name, tags })));
  }

  deleteLaunchTemplate(name: string): Promise<void> {
    this.templates.delete(name);
    return Promise.resolve();
  }
}

function setup() {
  const account = new Account();
  const time = { now: 0 };
  const clock = { now: () => time.now, sleep: () => Promise.resolve() };
  const log = { debug: ignore, info: ignore, error: ignore, with: () => log };
  const make = (): LaunchTemplates => new LaunchTemplates({ ec2: account, clock, log, clusterName: "demo" });
  return { account, time, make, templates: make() };
}
const ignore = (): void => undefined;

describe("launch templates", () => {
  it("AWS-041 are created once, whoever asks at the same time and in whatever order of fields", async () => {
    const { account, templates, make } = setup();
    const { imageId, ...rest } = template;
    const names = await Promise.all([
      templates.ensure(template),
      templates.ensure({ ...rest, imageId }),
      make().ensure(template),
    ]);

    assert.equal(new Set(names).size, 1);
    assert.equal(account.created, 1);
    assert.match(names[0], /^karpenter\.k8s\.aws\//);
  });

  it("AWS-041 differ when what they say differs", async () => {
    const { account, templates } = setup();
    await templates.ensure(template);
    await templates.ensure({ ...template, userData: "other" });

    assert.equal(account.templates.size, 2);
  });

  it("go a minute after their last use", async () => {
    const { account, templates, time } = setup();
    await templates.ensure(template);
    time.now = 50_000;
    await templates.ensure(template);
    time.now = 100_000;
    await templates.sweep();
    assert.equal(account.templates.size, 1);

    time.now = 110_000;
    await templates.sweep();
    assert.equal(account.templates.size, 0);
    await templates.ensure(template);
    assert.equal(account.templates.size, 1);
  });

  it("that an earlier controller left are adopted, and go when they stay unused", async () => {
    const { account, templates, make, time } = setup();
    await templates.ensure(template);
    account.templates.set("karpenter.k8s.aws/foreign", { "eks:eks-cluster-name": "other" });
    const next = make();
    await next.adopt();
    time.now = 60_000;
    await next.sweep();

    assert.deepEqual([...account.templates.keys()], ["karpenter.k8s.aws/foreign"]);
  });

  it("are made anew when EC2 says that they are gone", async () => {
    const { account, templates } = setup();
    const name = await templates.ensure(template);
    account.templates.clear();
    templates.forget([name]);
    await templates.ensure(template);

    assert.equal(account.templates.size, 1);
  });

  it("that launches need again while they are being removed are there when the launches go on", async () => {
    const { account, templates, time } = setup();
    const other = { ...template, userData: "other" };
    for (const each of [template, other]) await templates.ensure(each);
    time.now = 60_000;
    const removals: (() => void)[] = [];
    const remove = account.deleteLaunchTemplate.bind(account);
    account.deleteLaunchTemplate = async (name) => {
      await new Promise<void>((resolve) => removals.push(resolve));
      await remove(name);
    };
    const sweeping = templates.sweep();
    const needed = [templates.ensure(template), templates.ensure(other)];
    // The second is not being removed yet, so nothing holds it up.
    const second = await needed[1];
    removals.forEach((goOn) => {
      goOn();
    });
    await sweeping;
    const names = await Promise.all(needed);

    assert.deepEqual([...account.templates.keys()].toSorted(), names.toSorted());
    assert.ok(account.templates.has(second ?? ""));
    assert.equal(removals.length, 1);
  });
});
