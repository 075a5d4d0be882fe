#!/bin/sh
# Starts one of the sandbox's Pulumi plugins: launch.sh <folder> [arguments of the engine].
# The engine starts a plugin for every preview, up and destroy, so it runs from a bundle, made anew when a source is newer.
set -eu
name=$1
shift
plugins=$(dirname "$(readlink -f "$0")")
root=$(dirname "$(dirname "$plugins")")
bundle=$root/dist/plugins/$name.cjs

if [ ! -e "$bundle" ] || [ "$root/package-lock.json" -nt "$bundle" ] ||
  [ -n "$(find "$plugins" -name '*.ts' -newer "$bundle" -print -quit)" ]; then
  # Written aside and moved, because several sandboxes may start the plugin at the same time. Pulumi's own packages stay
  # outside where a component needs them whole; a plugin of resources needs only their protocol.
  fresh=$bundle.$$
  external=
  [ "$name" = eks ] && external=--external:@pulumi/*
  "$root/node_modules/.bin/esbuild" "$plugins/$name/main.ts" --bundle --platform=node --format=cjs --minify-syntax \
    --log-level=error $external "--outfile=$fresh" >&2
  mv "$fresh" "$bundle"
fi
exec node "$bundle" "$@"
