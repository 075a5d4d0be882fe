import { kubeletArguments } from "./kubelet-arguments";
import type { Boot } from "./boot";

/** Windows: a PowerShell script that calls the image's bootstrap, after whatever the user wrote. */
export function windows(boot: Boot): string {
  const { cluster, clusterName, kubelet, custom } = boot;
  const dns = kubelet.clusterDNS?.[0] ?? boot.clusterDns;
  const call = [
    "& $EKSBootstrapScriptFile",
    `-EKSClusterName '${clusterName}'`,
    `-APIServerEndpoint '${cluster.endpoint}'`,
    `-Base64ClusterCA '${cluster.certificateAuthority}'`,
    `-KubeletExtraArgs '${kubeletArguments(boot).join(" ")}'`,
    ...(dns === undefined ? [] : [`-DNSClusterIP '${dns}'`]),
  ].join(" ");
  return [
    "<powershell>",
    ...(custom.trim() === "" ? [] : [custom.replace(/<\/?powershell>/g, "").trim()]),
    '[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"',
    call,
    "</powershell>",
  ].join("\n");
}
