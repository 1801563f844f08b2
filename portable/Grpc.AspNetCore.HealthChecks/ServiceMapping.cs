namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Says which health checks make up a service's status.</summary>
public sealed class ServiceMapping
{
    /// <summary>Creates a mapping.</summary>
    /// <param name="name">Full name of the service; empty for the server as a whole.</param>
    /// <param name="predicate">Whether a check counts.</param>
    public ServiceMapping(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(predicate);
        Name = name;
        HealthCheckPredicate = predicate;
    }

    /// <summary>Full name of the service; empty for the server as a whole.</summary>
    public string Name { get; }

    /// <summary>Whether a check counts.</summary>
    public Func<HealthCheckMapContext, bool>? HealthCheckPredicate { get; }
}
