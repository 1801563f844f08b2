using System.Reflection;
using Microsoft.AspNetCore.Builder;
using VideoGrain.Denoiser;
using VideoGrain.Inversion;
using VideoGrain.Orchestrator;
using VideoGrain.Segmentation;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Kubernetes.Tests.Support;

/// <summary>A service as its own code describes it.</summary>
/// <param name="Name">Its name in the manifests.</param>
/// <param name="Description">Who it is.</param>
/// <param name="Build">Builds it.</param>
internal sealed record Service(string Name, ServiceDescription Description, Func<string[], WebApplication> Build)
{
    public static IReadOnlyList<Service> All { get; } =
    [
        new("orchestrator", OrchestratorHost.Description, OrchestratorHost.Build),
        new("segmentation", SegmentationHost.Description, SegmentationHost.Build),
        new("inversion", InversionHost.Description, InversionHost.Build),
        new("denoiser", DenoiserHost.Description, DenoiserHost.Build),
    ];

    /// <summary>
    /// The options classes whose sections the service reads: its own assembly's, and of the shared ones those that it has registered or that every
    /// service reads before it is built.
    /// </summary>
    public IReadOnlyList<(string Section, Type Type)> Options(IServiceProvider services) =>
    [
        .. Build.Method.DeclaringType!.Assembly.GetTypes()
            .Concat(typeof(EndpointOptions).Assembly.GetTypes().Where(type => ReadByAll.Contains(type) || IsConfigured(services, type)))
            .Select(type => (Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string, Type: type))
            .Where(entry => entry.Section is not null)
            .Select(entry => (entry.Section!, entry.Type)),
    ];

    private static readonly Type[] ReadByAll = [typeof(EndpointOptions), typeof(ServiceDefaults.Telemetry.TelemetryOptions)];

    private static bool IsConfigured(IServiceProvider services, Type type) =>
        type.IsClass && !type.ContainsGenericParameters && !type.IsAbstract
        && services.GetService(typeof(IEnumerable<>).MakeGenericType(typeof(Microsoft.Extensions.Options.IConfigureOptions<>).MakeGenericType(type)))
            is System.Collections.IEnumerable found && found.Cast<object>().Any();
}
