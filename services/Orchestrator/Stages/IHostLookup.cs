using System.Net;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>Finds the addresses behind a host's name.</summary>
internal interface IHostLookup
{
    /// <summary>All addresses of a name, in any order.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The name is not known, or nobody answers.</exception>
    Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken);
}
