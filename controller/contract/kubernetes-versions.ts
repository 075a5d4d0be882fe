/**
 * The minor versions of Kubernetes 1 that this version of the package is made for: those of the Karpenter whose API it
 * serves. Each release of the package moves them along.
 * @see https://karpenter.sh/docs/upgrading/compatibility/
 */
export const kubernetesMinors = { oldest: 29, newest: 36 } as const;
