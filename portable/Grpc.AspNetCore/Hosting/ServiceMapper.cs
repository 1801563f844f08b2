using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.AspNetCore.Server.Calls;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server.Hosting;

/// <summary>Finds a service's methods through the code that Grpc.Tools generated, and maps an endpoint to each.</summary>
internal static class ServiceMapper
{
    public const DynamicallyAccessedMemberTypes NeededMembers = DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    public static IReadOnlyList<IEndpointConventionBuilder> Map<[DynamicallyAccessedMembers(NeededMembers)] TService>(
        IEndpointRouteBuilder builder, MappedServices mapped)
        where TService : class
    {
        var provider = builder.ServiceProvider;
        var global = provider.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
        var own = provider.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value;
        var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger("Grpc.AspNetCore.Server");
        var binder = new MethodBinder<TService>(new MethodSettings(global, own), logger);
        Bind(binder);

        var endpoints = new List<IEndpointConventionBuilder>();
        foreach (var method in binder.Methods)
            endpoints.Add(MapMethod<TService>(builder, method));
        if (!(own.IgnoreUnknownServices ?? global.IgnoreUnknownServices ?? false))
        {
            foreach (var service in binder.Methods.Select(method => method.Method.ServiceName).Distinct())
                endpoints.Add(builder.MapUnknown($"{service}/{{method:{GrpcRequestConstraint.Name}}}", "Method is unimplemented.", logger));
        }

        if (!mapped.UnknownServicesMapped && !(global.IgnoreUnknownServices ?? false))
        {
            mapped.UnknownServicesMapped = true;
            builder.MapUnknown($"{{service}}/{{method:{GrpcRequestConstraint.Name}}}", "Service is unimplemented.", logger);
        }

        return endpoints;
    }

    private static void Bind<[DynamicallyAccessedMembers(NeededMembers)] TService>(MethodBinder<TService> binder)
        where TService : class
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            // A generated base class carries the attribute itself; user classes inherit it.
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } attribute)
                continue;
            var bind = attribute.BindType.GetMethod(
                attribute.BindMethodName,
                BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic,
                [typeof(ServiceBinderBase), type]);
            if (bind is null)
                break;
            bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [binder, null], null);
            return;
        }

        throw new InvalidOperationException($"{typeof(TService)} is no gRPC service: it does not derive from a generated base class.");
    }

    private static IEndpointConventionBuilder MapMethod<TService>(IEndpointRouteBuilder builder, BoundMethod method)
    {
        var endpoint = builder.MapPost(method.Method.FullName, method.Handler).WithDisplayName($"gRPC - {method.Method.FullName}");
        var metadata = new List<object> { new GrpcMethodMetadata(typeof(TService), method.Method) };
        metadata.AddRange(typeof(TService).GetCustomAttributes(inherit: true));
        metadata.AddRange(method.Implementation.GetCustomAttributes(inherit: true));
        return endpoint.WithMetadata([.. metadata]);
    }

    private static IEndpointConventionBuilder MapUnknown(
        this IEndpointRouteBuilder builder, string pattern, string detail, ILogger logger)
    {
        RequestDelegate handler = context =>
        {
            ServerLog.Unimplemented(logger, context.Request.Path.Value ?? "");
            context.Response.ContentType = Net.Wire.WireNames.ContentType;
            ResponseStatus.Write(context.Response, new Status(StatusCode.Unimplemented, detail), trailers: null);
            return Task.CompletedTask;
        };
        return builder.MapPost(pattern, handler).WithDisplayName($"gRPC - {detail}");
    }
}
