const endings: (() => Promise<void>)[] = [];

/** Has something done once all tests are over. */
export function atEnd(ending: () => Promise<void>): void {
  endings.push(ending);
}

/** Does it, the latest first. */
export async function end(): Promise<void> {
  for (let ending = endings.pop(); ending; ending = endings.pop()) await ending();
}
