import { PartlyCreatedError } from "#sandbox/plugins/provider";
import type { Call, Difference, Existing, Plugin, Properties, Subject, Value } from "#sandbox/plugins/provider";
import { functions } from "#sandbox/plugins/aws/functions";
import { awsPlugin } from "#sandbox/plugins/aws/plugin";
import { resources } from "#sandbox/plugins/aws/resources";
import type { TestAccount } from "../../aws/account";

const call: Call = { preview: false, timeoutMs: undefined, log: () => undefined };

/** Does with the plugin what the engine does with it, for one resource after the other. */
export class Program {
  readonly plugin: Plugin;
  readonly #made: Made[] = [];

  private constructor(plugin: Plugin) {
    this.plugin = plugin;
  }

  /** A program on the account of a test, by the provider's configuration alone. */
  static async on({ aws }: Pick<TestAccount, "aws">, config: Properties = {}): Promise<Program> {
    const plugin = awsPlugin({ version: "7.0.0", resources, functions }, {});
    const services = ["ec2", "eks", "eventbridge", "iam", "sqs", "ssm", "sts"];
    await plugin.configure({
      region: aws.region,
      accessKey: aws.credentials.accessKeyId,
      secretKey: aws.credentials.secretAccessKey,
      endpoints: JSON.stringify([Object.fromEntries(services.map((service) => [service, aws.endpoint]))]),
      ...config,
    });
    return new Program(plugin);
  }

  async make(type: string, inputs: Properties, name = "it"): Promise<Made> {
    const subject = { type, name, urn: `urn:pulumi:test::test::${type}::${name}` };
    const checked = await this.check(subject, {}, inputs);
    const { id, state } = await this.plugin.create(subject, checked, call).catch((error: unknown) => {
      throw error instanceof PartlyCreatedError ? error.cause : error;
    });
    const made = new Made(this, subject, { id, state, inputs: checked });
    this.#made.push(made);
    return made;
  }

  /** Deletes what was made, last first. */
  async clear(): Promise<void> {
    for (const made of this.#made.splice(0).reverse()) await made.delete();
  }

  async check(subject: Subject, olds: Properties, news: Properties): Promise<Properties> {
    const { inputs, failures = [] } = await this.plugin.check(subject, olds, news);
    const [first] = failures;
    if (first) throw new Error(`${first.property}: ${first.reason}`);
    return inputs;
  }
}

/** A resource that exists, as the engine remembers it. */
export class Made {
  readonly #program: Program;
  readonly subject: Subject;
  known: Existing;

  constructor(program: Program, subject: Subject, known: Existing) {
    this.#program = program;
    this.subject = subject;
    this.known = known;
  }

  get id(): string {
    return this.known.id;
  }

  /** One property of it, as text. */
  output(name: string): string {
    const value: Value = this.known.state[name];
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  read(): Promise<Existing | undefined> {
    return this.#program.plugin.read(this.subject, this.known);
  }

  async diff(news: Properties, olds: Properties = this.known.inputs): Promise<Difference> {
    const { id, state } = this.known;
    const checked = await this.#program.check(this.subject, olds, news);
    return this.#program.plugin.diff(this.subject, { id, state, olds, news: checked });
  }

  async update(news: Properties): Promise<void> {
    const { id, state, inputs: olds } = this.known;
    const checked = await this.#program.check(this.subject, olds, news);
    const request = { id, state, olds, news: checked };
    this.known = { id, inputs: checked, state: await this.#program.plugin.update(this.subject, request, call) };
  }

  delete(): Promise<void> {
    return this.#program.plugin.delete(this.subject, this.known, call);
  }
}
