using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the reflection service to an application.</summary>
public static class GrpcReflectionServiceExtensions
{
    /// <summary>Adds the reflection service; it tells of all gRPC services that the application maps.</summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider => new ReflectionV1ServiceImpl(FindServices(provider)));
        services.TryAddSingleton(provider => new ReflectionServiceImpl(FindServices(provider)));
        return services;
    }

    // Runs with the first request, when all endpoints are mapped.
    private static IEnumerable<Google.Protobuf.Reflection.ServiceDescriptor> FindServices(IServiceProvider provider) =>
        provider.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
            .OfType<Type>()
            .Distinct()
            .Select(FindDescriptor)
            .OfType<Google.Protobuf.Reflection.ServiceDescriptor>();

    private static Google.Protobuf.Reflection.ServiceDescriptor? FindDescriptor(Type service) =>
        service.GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)?.BindType
            .GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)
            ?.GetValue(null) as Google.Protobuf.Reflection.ServiceDescriptor;
}
