/** `pulumi-resource-kubernetes`, as the engine starts it. */
import { version } from "@pulumi/kubernetes/package.json";
import { serve } from "../provider-server";
import { KubernetesPlugin } from "./plugin";

void serve(new KubernetesPlugin(version));
