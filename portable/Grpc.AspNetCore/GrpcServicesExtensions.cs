using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the gRPC server to an application.</summary>
public static class GrpcServicesExtensions
{
    /// <summary>Sets the options of one service.</summary>
    /// <typeparam name="TService">The service.</typeparam>
    /// <param name="grpcBuilder">The server's builder.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder.</returns>
    public static IGrpcServerBuilder AddServiceOptions<TService>(
        this IGrpcServerBuilder grpcBuilder, Action<GrpcServiceOptions<TService>> configure)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(grpcBuilder);
        grpcBuilder.Services.Configure(configure);
        return grpcBuilder;
    }

    /// <summary>Adds the gRPC server.</summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The server's builder.</returns>
    public static IGrpcServerBuilder AddGrpc(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddRouting(options => options.ConstraintMap[GrpcRequestConstraint.Name] = typeof(GrpcRequestConstraint));
        services.AddOptions();
        services.TryAddSingleton<MappedServices>();
        return new GrpcServerBuilder(services);
    }

    /// <summary>Adds the gRPC server.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configureOptions">Sets the options of all services.</param>
    /// <returns>The server's builder.</returns>
    public static IGrpcServerBuilder AddGrpc(this IServiceCollection services, Action<GrpcServiceOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.Configure(configureOptions).AddGrpc();
    }
}
