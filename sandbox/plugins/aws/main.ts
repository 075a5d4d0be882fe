/** `pulumi-resource-aws`, as the engine starts it. */
import { version } from "@pulumi/aws/package.json";
import { serve } from "../provider-server";
import { functions } from "./functions";
import { awsPlugin } from "./plugin";
import { resources } from "./resources";

void serve(awsPlugin({ version, resources, functions }));
