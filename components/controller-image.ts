import * as pulumi from "@pulumi/pulumi";

/** Where a controller's image comes from. */
export interface ImageArgs {
  /** An image that brings the controller. @default a stock Node image, given our bundle */
  readonly image?: pulumi.Input<string>;
  /**
   * A registry, with a path in it or without, that has Docker Hub's images under their own names: for clusters that do
   * not reach Docker Hub, or not often enough. Such as `123456789012.dkr.ecr.us-east-1.amazonaws.com/docker-hub`.
   * @default docker.io
   */
  readonly imageMirror?: pulumi.Input<string>;
}

const stockImage = "library/node:24-slim";

export const imageOf = ({ image, imageMirror = "docker.io" }: ImageArgs): pulumi.Output<string> =>
  image === undefined ? pulumi.interpolate`${imageMirror}/${stockImage}` : pulumi.output(image);
