namespace Grpc.AspNetCore.HealthChecks;

/// <summary>What a mapping knows of a health check when it decides whether the check counts for its service.</summary>
public sealed class HealthCheckMapContext
{
    /// <summary>Creates a context.</summary>
    /// <param name="name">The check's name.</param>
    /// <param name="tags">The check's tags.</param>
    public HealthCheckMapContext(string name, IEnumerable<string> tags)
    {
        Name = name;
        Tags = tags;
    }

    /// <summary>The check's name.</summary>
    public string Name { get; }

    /// <summary>The check's tags.</summary>
    public IEnumerable<string> Tags { get; }
}
