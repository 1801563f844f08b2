using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gRPC services to endpoints.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Maps the methods of a service.</summary>
    /// <typeparam name="TService">The service; derives from a generated base class.</typeparam>
    /// <param name="builder">The application's endpoints.</param>
    /// <returns>Adds conventions to the service's endpoints.</returns>
    /// <exception cref="InvalidOperationException">AddGrpc was not called, or the type is no gRPC service.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<
        [DynamicallyAccessedMembers(ServiceMapper.NeededMembers)] TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.ServiceProvider.GetService<MappedServices>()
            ?? throw new InvalidOperationException("The gRPC services are missing: call services.AddGrpc() first.");
        return new GrpcServiceEndpointConventionBuilder(ServiceMapper.Map<TService>(builder, services));
    }
}
