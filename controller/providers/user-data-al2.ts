import { kubeletArguments } from "./kubelet-arguments";
import { isMime, mimeDocument, mimeParts, type Part } from "./mime";
import type { Boot } from "./boot";

const SHELL = 'text/x-shellscript; charset="us-ascii"';

/** Amazon Linux 2: a script that calls the image's bootstrap, after whatever the user wrote. */
export const al2 = (boot: Boot): string =>
  mimeDocument([...customParts(boot.custom), { contentType: SHELL, content: script(boot) }]);

function customParts(custom: string): readonly Part[] {
  if (custom.trim() === "") return [];
  return isMime(custom) ? mimeParts(custom) : [{ contentType: SHELL, content: custom }];
}

/** https://github.com/awslabs/amazon-eks-ami documents the options of bootstrap.sh. */
function script(boot: Boot): string {
  const { cluster, clusterName, kubelet, raid0 } = boot;
  const dns = kubelet.clusterDNS?.[0] ?? boot.clusterDns;
  const call = [
    `/etc/eks/bootstrap.sh '${clusterName}'`,
    `--apiserver-endpoint '${cluster.endpoint}'`,
    `--b64-cluster-ca '${cluster.certificateAuthority}'`,
    ...(cluster.ipv6 ? ["--ip-family ipv6"] : []),
    ...(dns === undefined ? [] : [`--dns-cluster-ip '${dns}'`]),
    "--use-max-pods false",
    `--kubelet-extra-args '${kubeletArguments(boot).join(" ")}'`,
    ...(raid0 ? ["--local-disks raid0"] : []),
  ];
  return ["#!/bin/bash -xe", "exec > >(tee /var/log/user-data.log|logger -t user-data -s 2>/dev/console) 2>&1"]
    .concat(call.join(" \\\n  "))
    .join("\n");
}
