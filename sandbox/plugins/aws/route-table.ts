import type { CreateRouteRequest, Route } from "@aws-sdk/client-ec2";
import type { RouteArgs, RouteState } from "@pulumi/aws/ec2/route";
import type { RouteTableArgs, RouteTableState } from "@pulumi/aws/ec2/routeTable";
import type { RouteTableAssociationArgs, RouteTableAssociationState } from "@pulumi/aws/ec2/routeTableAssociation";
import type { RouteTable } from "@aws-sdk/client-ec2";
import { present, unless } from "./aws";
import type { Aws } from "./aws";
import { arnOf, only, retagResource, tagged } from "./ec2";
import { define, fixed, requiredFixed } from "./resource";
import type { Plain } from "./resource";
import { fromTagList } from "./tags";

const noTable = ["InvalidRouteTableID.NotFound", "InvalidRouteTableId.NotFound"];
const noAssociation = ["InvalidAssociationID.NotFound"];
const noRoute = ["InvalidRoute.NotFound", ...noTable];

/** `routes` are the table's own, an exclusive list; a table that leaves them out may get them as resources. */
export const routeTable = define<RouteTableArgs, RouteTableState>({
  completes: true,
  inputs: { routes: { as: "set", computed: true }, tags: {}, vpcId: requiredFixed },

  async create({ tags, vpcId }, aws) {
    const ec2 = await aws.ec2();
    const { RouteTable } = await ec2.createRouteTable({
      VpcId: vpcId,
      TagSpecifications: tagged("route-table", tags),
    });
    return present(RouteTable?.RouteTableId, "a route table id");
  },

  async read(id, aws) {
    const found = await tableOf(id, aws);
    return (
      found && {
        arn: arnOf(aws, { owner: found.OwnerId, kind: "route-table", id }),
        ownerId: found.OwnerId,
        routes: made(found).map((route) => ({
          cidrBlock: route.DestinationCidrBlock,
          ipv6CidrBlock: route.DestinationIpv6CidrBlock,
          destinationPrefixListId: route.DestinationPrefixListId,
          gatewayId: route.GatewayId,
          natGatewayId: route.NatGatewayId,
          networkInterfaceId: route.NetworkInterfaceId,
          transitGatewayId: route.TransitGatewayId,
          vpcPeeringConnectionId: route.VpcPeeringConnectionId,
        })),
        tags: fromTagList(found.Tags),
        vpcId: found.VpcId,
      }
    );
  },

  async update(id, { olds, news }, aws) {
    const ec2 = await aws.ec2();
    if (news.routes ?? olds.routes) {
      const table = await tableOf(id, aws);
      for (const route of table ? made(table) : []) await ec2.deleteRoute({ RouteTableId: id, ...destination(route) });
      for (const { cidrBlock, ipv6CidrBlock, ...route } of news.routes ?? []) {
        const to = { destinationCidrBlock: cidrBlock, destinationIpv6CidrBlock: ipv6CidrBlock };
        await ec2.createRoute(toRoute({ ...route, ...to, routeTableId: id }));
      }
    }
    await retagResource(id, { olds, news }, aws);
  },

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    await unless(noTable, ec2.deleteRouteTable({ RouteTableId: id }));
  },
});

async function tableOf(id: string, aws: Aws): Promise<RouteTable | undefined> {
  const ec2 = await aws.ec2();
  return only((await unless(noTable, ec2.describeRouteTables({ RouteTableIds: [id] })))?.RouteTables);
}

/** Without the route to the VPC itself, which comes with the table. */
const made = ({ Routes = [] }: RouteTable): Route[] => Routes.filter(({ GatewayId }) => GatewayId !== "local");

const destination = (route: Route): Pick<CreateRouteRequest, "DestinationCidrBlock"> => ({
  ...(route.DestinationCidrBlock && { DestinationCidrBlock: route.DestinationCidrBlock }),
  ...(route.DestinationIpv6CidrBlock && { DestinationIpv6CidrBlock: route.DestinationIpv6CidrBlock }),
  ...(route.DestinationPrefixListId && { DestinationPrefixListId: route.DestinationPrefixListId }),
});

const toRoute = (args: Plain<RouteArgs>): CreateRouteRequest => ({
  RouteTableId: args.routeTableId,
  DestinationCidrBlock: args.destinationCidrBlock,
  DestinationIpv6CidrBlock: args.destinationIpv6CidrBlock,
  DestinationPrefixListId: args.destinationPrefixListId,
  GatewayId: args.gatewayId,
  NatGatewayId: args.natGatewayId,
  NetworkInterfaceId: args.networkInterfaceId,
  TransitGatewayId: args.transitGatewayId,
  VpcPeeringConnectionId: args.vpcPeeringConnectionId,
});

/** Id: `<route table>_<destination>`, as the published provider imports it. */
export const route = define<RouteArgs, RouteState>({
  inputs: {
    destinationCidrBlock: fixed,
    destinationIpv6CidrBlock: fixed,
    destinationPrefixListId: fixed,
    gatewayId: {},
    natGatewayId: {},
    networkInterfaceId: {},
    routeTableId: requiredFixed,
    transitGatewayId: {},
    vpcPeeringConnectionId: {},
  },

  async create(inputs, aws) {
    const ec2 = await aws.ec2();
    await ec2.createRoute(toRoute(inputs));
    const { destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId } = inputs;
    const to = destinationCidrBlock ?? destinationIpv6CidrBlock ?? destinationPrefixListId;
    return `${inputs.routeTableId}_${present(to, "a destination")}`;
  },

  async read(id, aws) {
    const { table, to } = locate(id);
    const found = (await tableOf(table, aws))?.Routes?.find((candidate) => targets(candidate, to));
    return (
      found && {
        destinationCidrBlock: found.DestinationCidrBlock,
        destinationIpv6CidrBlock: found.DestinationIpv6CidrBlock,
        destinationPrefixListId: found.DestinationPrefixListId,
        gatewayId: found.GatewayId,
        natGatewayId: found.NatGatewayId,
        networkInterfaceId: found.NetworkInterfaceId,
        origin: found.Origin,
        routeTableId: table,
        state: found.State,
        transitGatewayId: found.TransitGatewayId,
        vpcPeeringConnectionId: found.VpcPeeringConnectionId,
      }
    );
  },

  async update(_id, { news }, aws) {
    const ec2 = await aws.ec2();
    await ec2.replaceRoute(toRoute(news));
  },

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    const { table, to } = locate(id);
    const found = (await tableOf(table, aws))?.Routes?.find((candidate) => targets(candidate, to));
    if (found) await unless(noRoute, ec2.deleteRoute({ RouteTableId: table, ...destination(found) }));
  },
});

const targets = (route: Route, to: string): boolean =>
  [route.DestinationCidrBlock, route.DestinationIpv6CidrBlock, route.DestinationPrefixListId].includes(to);

function locate(id: string): { readonly table: string; readonly to: string } {
  const at = id.indexOf("_");
  if (at < 0) throw new Error(`id ${id} is not of the form <route table>_<destination>`);
  return { table: id.slice(0, at), to: id.slice(at + 1) };
}

/** Id: the association. */
export const routeTableAssociation = define<RouteTableAssociationArgs, RouteTableAssociationState>({
  deleteBeforeReplace: true,
  inputs: { gatewayId: fixed, routeTableId: requiredFixed, subnetId: fixed },

  async create({ gatewayId, routeTableId, subnetId }, aws) {
    const ec2 = await aws.ec2();
    const { AssociationId } = await ec2.associateRouteTable({
      GatewayId: gatewayId,
      RouteTableId: routeTableId,
      SubnetId: subnetId,
    });
    return present(AssociationId, "an association id");
  },

  async read(id, aws) {
    const ec2 = await aws.ec2();
    const filter = { Name: "association.route-table-association-id", Values: [id] };
    const { RouteTables = [] } = await ec2.describeRouteTables({ Filters: [filter] });
    const found = RouteTables.flatMap(({ Associations = [] }) => Associations).find(
      ({ RouteTableAssociationId }) => RouteTableAssociationId === id,
    );
    return found && { gatewayId: found.GatewayId, routeTableId: found.RouteTableId, subnetId: found.SubnetId };
  },

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    await unless(noAssociation, ec2.disassociateRouteTable({ AssociationId: id }));
  },
});
