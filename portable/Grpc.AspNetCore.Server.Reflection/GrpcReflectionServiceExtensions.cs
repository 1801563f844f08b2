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

    // A service may bind its methods itself; the class that names its descriptor is the generated one.
    private static Google.Protobuf.Reflection.ServiceDescriptor? FindDescriptor(Type service)
    {
        for (var type = service; type is not null; type = type.BaseType)
        {
            var generated = type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false)?.BindType;
            if (generated?.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) is Google.Protobuf.Reflection.ServiceDescriptor descriptor)
                return descriptor;
        }

        return null;
    }
}
