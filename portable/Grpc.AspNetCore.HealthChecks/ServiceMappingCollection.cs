using System.Collections;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The mappings of health checks to services, at most one for each service.</summary>
public sealed class ServiceMappingCollection : ICollection<ServiceMapping>
{
    private readonly Dictionary<string, ServiceMapping> _mappings = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _mappings.Count;

    bool ICollection<ServiceMapping>.IsReadOnly => false;

    /// <summary>Removes all.</summary>
    public void Clear() => _mappings.Clear();

    /// <summary>Removes the mapping of a service.</summary>
    /// <param name="name">Full name of the service.</param>
    public void Remove(string name) => _mappings.Remove(name);

    /// <summary>Adds a mapping; its service must not have one.</summary>
    /// <param name="service">The mapping.</param>
    public void Add(ServiceMapping service)
    {
        ArgumentNullException.ThrowIfNull(service);
        _mappings.Add(service.Name, service);
    }

    /// <summary>Sets the mapping of a service.</summary>
    /// <param name="name">Full name of the service; empty for the server as a whole.</param>
    /// <param name="predicate">Whether a check counts.</param>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate) => _mappings[name] = new ServiceMapping(name, predicate);

    /// <inheritdoc/>
    public IEnumerator<ServiceMapping> GetEnumerator() => _mappings.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    bool ICollection<ServiceMapping>.Contains(ServiceMapping item) => _mappings.ContainsValue(item);

    void ICollection<ServiceMapping>.CopyTo(ServiceMapping[] array, int arrayIndex) => _mappings.Values.CopyTo(array, arrayIndex);

    bool ICollection<ServiceMapping>.Remove(ServiceMapping item) =>
        _mappings.TryGetValue(item.Name, out var found) && found == item && _mappings.Remove(item.Name);

    internal ServiceMapping? Find(string name) => _mappings.GetValueOrDefault(name);
}
