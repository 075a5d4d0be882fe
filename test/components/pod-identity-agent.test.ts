import assert from "node:assert/strict";
import { EKS } from "@aws-sdk/client-eks";
import { podIdentityAgent } from "#components/resources/pod-identity-agent";
import { sharedAccount } from "../sandbox/aws/account";

const addonName = "eks-pod-identity-agent";
const clusterName = "demo";
const inputs = { region: "us-east-1", clusterName };

/** As the SDK finds an account that nothing was said of. */
const ambient = ["AWS_ENDPOINT_URL_EKS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;

describe("the add-on of EKS Pod Identity", function () {
  this.timeout(60_000);
  const before_ = ambient.map((name) => [name, process.env[name]] as const);
  let eks: EKS;

  const addons = async (): Promise<readonly string[]> => (await eks.listAddons({ clusterName })).addons ?? [];

  before(async () => {
    const { aws } = await sharedAccount();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    process.env["AWS_ENDPOINT_URL_EKS"] = aws.endpoint;
    process.env["AWS_ACCESS_KEY_ID"] = credentials.accessKeyId;
    process.env["AWS_SECRET_ACCESS_KEY"] = credentials.secretAccessKey;
    eks = new EKS({ region: inputs.region, endpoint: aws.endpoint, credentials });
  });

  after(() => {
    for (const [name, value] of before_) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  afterEach(async () => {
    if ((await addons()).includes(addonName)) await eks.deleteAddon({ clusterName, addonName });
    const { associations = [] } = await eks.listPodIdentityAssociations({ clusterName });
    for (const { associationId } of associations)
      await eks.deletePodIdentityAssociation({ clusterName, associationId });
  });

  it("is installed where there is none, and goes again", async () => {
    const { id, found } = await podIdentityAgent.create(inputs);
    assert.equal(id, "demo:eks-pod-identity-agent");
    assert.deepEqual(found, { created: true });
    assert.deepEqual(await addons(), [addonName]);
    assert.deepEqual(await podIdentityAgent.read?.({ ...inputs, found }), found);

    await podIdentityAgent.delete({ ...inputs, found });
    assert.deepEqual(await addons(), []);
    assert.equal(await podIdentityAgent.read?.({ ...inputs, found }), undefined);
    // A destroy that was cut short is done again.
    await podIdentityAgent.delete({ ...inputs, found });
  });

  it("is taken where there is one, and stays", async () => {
    await eks.createAddon({ clusterName, addonName });

    const { found } = await podIdentityAgent.create(inputs);
    await podIdentityAgent.delete({ ...inputs, found });
    assert.deepEqual(found, { created: false });
    assert.deepEqual(await addons(), [addonName]);
  });

  it("stays where others have come to use it", async () => {
    const { found } = await podIdentityAgent.create(inputs);
    const roleArn = "arn:aws:iam::123456789012:role/other";
    await eks.createPodIdentityAssociation({ clusterName, namespace: "shop", serviceAccount: "web", roleArn });

    await podIdentityAgent.delete({ ...inputs, found });
    assert.deepEqual(await addons(), [addonName]);
  });

  it("has nothing to remove from a cluster that is gone", async () => {
    await podIdentityAgent.delete({ ...inputs, clusterName: "gone", found: { created: true } });
  });
});
