import type { KindInfo } from "../api/kinds";
import { NotFoundError } from "../ports/errors";
import type { Connection } from "./connection";

const services: KindInfo = { apiVersion: "v1", plural: "services", namespaced: true };

/** The address that the cluster's nodes ask for names; undefined where there is no `kube-dns` service. */
export async function clusterDns(connection: Connection): Promise<string | undefined> {
  const target = { namespace: "kube-system", name: "kube-dns" };
  try {
    // The API server answers with a Service.
    const service = (await connection.send({ verb: "get", info: services, target })) as {
      readonly spec?: { readonly clusterIP?: string };
    };
    return service.spec?.clusterIP;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
