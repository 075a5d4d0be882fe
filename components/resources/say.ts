/** Tells the user of `pulumi destroy`: the engine shows what a provider process prints. */
export const say = (message: string): void => {
  process.stdout.write(`karpenter: ${message}\n`);
};
