import { until } from "#components/resources/until";

const POLL_MS = 25;

/** Looks until there is something true to see, and answers with it. @throws Error that names what was waited for */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 30_000,
): Promise<T> {
  const seen = await until(async () => wrapped(await look()), { withinMs, everyMs: POLL_MS });
  if (seen === undefined) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
  return seen.value;
}

const wrapped = <T>(value: T | undefined | false): { readonly value: T } | undefined =>
  value === undefined || value === false ? undefined : { value };

/** Makes the assertion until it holds. @throws what it threw last */
export async function comesTrue(assertion: () => Promise<unknown>, withinMs = 30_000): Promise<void> {
  let problem: unknown;
  const held = async (): Promise<true | undefined> => {
    try {
      await assertion();
      return true;
    } catch (error) {
      problem = error;
      return undefined;
    }
  };
  if ((await until(held, { withinMs, everyMs: POLL_MS })) === undefined) throw problem;
}
