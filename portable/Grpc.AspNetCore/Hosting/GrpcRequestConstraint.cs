using Grpc.Net.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Hosting;

/// <summary>Lets the catch-alls for unknown services and methods see gRPC requests only.</summary>
internal sealed class GrpcRequestConstraint : IRouteConstraint
{
    public const string Name = "grpcunimplemented";

    public bool Match(
        HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        WireNames.IsGrpcContentType(httpContext?.Request.ContentType);
}
