import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";

/** Who knocks at the API server. The groups and users are those that Kubernetes' own RBAC defaults know. */
const identities = {
  admin: { user: "admin", groups: ["system:masters"] },
  kwok: { user: "kwok", groups: ["system:masters"] },
  "kube-controller-manager": { user: "system:kube-controller-manager", groups: [] },
  "kube-scheduler": { user: "system:kube-scheduler", groups: [] },
} as const;

export type Identity = keyof typeof identities;

/** Keys and tokens of one control plane, and where they are written down. */
export interface Credentials {
  readonly directory: string;
  readonly tokens: Readonly<Record<Identity, string>>;
  /** The API server's static token file. */
  readonly tokenFile: string;
  /** Signs service-account tokens. */
  readonly signingKeyFile: string;
  /** Checks them. */
  readonly publicKeyFile: string;
}

const OWNER_ONLY = { mode: 0o600 } as const;

/** Makes fresh ones. */
export async function makeCredentials(directory: string): Promise<Credentials> {
  await mkdir(directory, { recursive: true });
  const token = (): string => randomBytes(24).toString("hex");
  const tokens = { admin: token(), kwok: token(), "kube-controller-manager": token(), "kube-scheduler": token() };
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, text, OWNER_ONLY);
    return path;
  };
  return {
    directory,
    tokens,
    tokenFile: await file("tokens.csv", tokenTable(tokens)),
    signingKeyFile: await file("service-account.key", privateKey),
    publicKeyFile: await file("service-account.pub", publicKey),
  };
}

/** token,user,uid,"group,group" a line, as the API server's static token file wants it. */
const tokenTable = (tokens: Credentials["tokens"]): string =>
  Object.entries(identities)
    // Its keys are the names.
    .map(([name, { user, groups }]) => `${tokens[name as Identity]},${user},${name},"${groups.join(",")}"\n`)
    .join("");

/** An API server, from a client's side. */
export interface Server {
  /** https://127.0.0.1:<port> */
  readonly endpoint: string;
  /** PEM of the authority that signed its certificate. */
  readonly authority: string;
}

/** Writes a kubeconfig for one user with one token. */
export async function writeKubeconfig(
  path: string,
  server: Server,
  client: { user: string; token: string },
): Promise<void> {
  const { user, token } = client;
  const authority = Buffer.from(server.authority).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "sandbox", cluster: { server: server.endpoint, "certificate-authority-data": authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user } }],
    "current-context": "sandbox",
  };
  await writeFile(path, stringify(config), OWNER_ONLY);
}

/** The authority in the certificate file that an API server makes for itself: the last of the chain. */
export async function readAuthority(certificateFile: string): Promise<string> {
  const chain = await readFile(certificateFile, "utf8");
  const last = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g)?.at(-1);
  if (last === undefined) throw new Error(`${certificateFile} holds no certificate`);
  return last;
}
