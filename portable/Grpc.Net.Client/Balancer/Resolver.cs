namespace Grpc.Net.Client.Balancer;

/// <summary>Finds the addresses of a service and tells its listener whenever they change.</summary>
public abstract class Resolver : IDisposable
{
    /// <summary>Starts the search.</summary>
    /// <param name="listener">Takes each result; may be called from any thread.</param>
    public abstract void Start(Action<ResolverResult> listener);

    /// <summary>Asks for a new search, because addresses do not answer. May do nothing.</summary>
    public virtual void Refresh()
    {
    }

    /// <summary>Ends the search.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the search.</summary>
    /// <param name="disposing">True from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
