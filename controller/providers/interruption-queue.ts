import { interruptionEvents } from "../contract/interruption-events";
import type { InterruptionKind, InterruptionMessage, InterruptionQueue } from "../ports/cloud";
import type { Log } from "../ports/log";
import type { SqsApi } from "./sqs-api";

interface Deps {
  readonly sqs: SqsApi;
  readonly log: Log;
  readonly queueName: string;
}

/** EC2's warnings, from the queue that the stack made for them. */
export class SqsInterruptionQueue implements InterruptionQueue {
  readonly #deps: Deps;
  #url: string | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async receive(signal: AbortSignal): Promise<readonly InterruptionMessage[]> {
    const messages = await this.#deps.sqs.receive(await this.#queueUrl(), signal);
    return messages.map(({ body, receipt, sentAt }) => ({ ...this.#read(body), receipt, sentAt }));
  }

  async remove({ receipt }: InterruptionMessage): Promise<void> {
    await this.#deps.sqs.delete(await this.#queueUrl(), receipt);
  }

  /** A message that cannot be read is told of and counts as one without consequence, so that it leaves the queue. */
  #read(body: string): Warning {
    try {
      return parseWarning(body);
    } catch (error) {
      this.#deps.log.error("could not read an interruption message, dropping it", { error, body });
      return nothing;
    }
  }

  async #queueUrl(): Promise<string> {
    this.#url ??= await this.#deps.sqs.url(this.#deps.queueName);
    return this.#url;
  }
}

/** What a message says. */
export type Warning = Pick<InterruptionMessage, "kind" | "instanceIds">;

/** An EventBridge event; of `detail` only what some kind of event has. */
interface Envelope {
  readonly source?: string;
  readonly "detail-type"?: string;
  readonly version?: string;
  readonly detail?: {
    readonly "instance-id"?: string;
    readonly state?: string;
    readonly service?: string;
    readonly eventTypeCategory?: string;
    readonly affectedEntities?: readonly { readonly entityValue?: string }[];
  };
}

const nothing: Warning = { kind: "no_op", instanceIds: [] };

/** @throws SyntaxError when the text is not JSON */
export function parseWarning(body: string): Warning {
  const event = JSON.parse(body) as Envelope; // every field is optional, so that anything may come
  if (event.version !== "0") return nothing;
  const rule = Object.entries(interruptionEvents).find(
    ([, { source, detailType }]) => source === event.source && detailType === event["detail-type"],
  )?.[0];
  return rule === undefined ? nothing : readers[rule as keyof typeof interruptionEvents](event);
}

const readers: Readonly<Record<keyof typeof interruptionEvents, (event: Envelope) => Warning>> = {
  SpotInterruptionRule: aboutInstance("spot_interrupted"),
  RebalanceRule: aboutInstance("rebalance_recommendation"),
  CapacityReservationInterruptionRule: aboutInstance("capacity_reservation_interrupted"),
  InstanceStateChangeRule: (event) => {
    const kind = ends[event.detail?.state?.toLowerCase() ?? ""];
    return kind === undefined ? nothing : aboutInstance(kind)(event);
  },
  ScheduledChangeRule: ({ detail }) => {
    if (detail?.service !== "EC2" || detail.eventTypeCategory !== "scheduledChange") return nothing;
    const instanceIds = (detail.affectedEntities ?? []).flatMap(({ entityValue }) => entityValue ?? []);
    return { kind: "scheduled_change", instanceIds };
  },
};

/** States from which an instance does not come back by itself. */
const ends: Readonly<Partial<Record<string, InterruptionKind>>> = {
  stopping: "instance_stopped",
  stopped: "instance_stopped",
  "shutting-down": "instance_terminated",
  terminated: "instance_terminated",
};

function aboutInstance(kind: InterruptionKind): (event: Envelope) => Warning {
  return ({ detail }) => {
    const id = detail?.["instance-id"];
    return id === undefined ? nothing : { kind, instanceIds: [id] };
  };
}
