import { until as answered } from "../../components/resources/until";

const POLL_MS = 400;

export interface Waiting {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly withinMs: number;
  /** Called between looks, to tell how it goes. */
  readonly meanwhile: () => Promise<void>;
}

/** Looks again and again until it is so. @throws Error when that takes too long, with what was being waited for. */
export async function until(isSo: () => Promise<boolean>, { what, withinMs, meanwhile }: Waiting): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const so = await isSo();
    await meanwhile();
    return so ? true : undefined;
  };
  const so = await answered(look, { withinMs, everyMs: POLL_MS });
  if (so === undefined) throw new Error(`gave up after ${withinMs / 1000} s waiting until ${what}`);
}
